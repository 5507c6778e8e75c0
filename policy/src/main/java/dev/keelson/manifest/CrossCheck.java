package dev.keelson.manifest;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.manifest.Manifest.Content;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What only shows when all manifests are seen together. */
final class CrossCheck {
    private CrossCheck() {}

    /**
     * @param complete false where some document could not be read: what it names may exist after
     *     all
     */
    static void check(List<Manifest> manifests, boolean complete) {
        reportTwins(manifests);
        reportSecondOfSingleKind(manifests);
        reportPoliciesOfDeployments(manifests, complete);
        reportSharedKeys(manifests);
        reportAdapterClashes(manifests);
    }

    private static void reportTwins(List<Manifest> manifests) {
        Map<String, Manifest> byName = new HashMap<>();
        for (Manifest manifest : manifests) {
            var first =
                    byName.putIfAbsent(manifest.kind().word() + "/" + manifest.name(), manifest);
            if (first != null) {
                manifest.source()
                        .report(
                                manifest.nameAt(),
                                "a second %s of the name '%s'; the first is %s"
                                        .formatted(
                                                manifest.kind().word(),
                                                manifest.name(),
                                                place(first)));
            }
        }
    }

    private static void reportSecondOfSingleKind(List<Manifest> manifests) {
        Map<ManifestKind, Manifest> byKind = new EnumMap<>(ManifestKind.class);
        for (Manifest manifest : manifests) {
            if (!manifest.kind().isSingle()) {
                continue;
            }
            var first = byKind.putIfAbsent(manifest.kind(), manifest);
            if (first != null && !first.name().equals(manifest.name())) {
                manifest.source()
                        .report(
                                manifest.nameAt(),
                                "a fleet has one %s; the first is %s"
                                        .formatted(manifest.kind().word(), place(first)));
            }
        }
    }

    private static void reportPoliciesOfDeployments(List<Manifest> manifests, boolean complete) {
        var names =
                manifests.stream()
                        .filter(m -> m.kind() == ManifestKind.DEPLOYMENT)
                        .map(Manifest::name)
                        .sorted()
                        .toList();
        Map<String, Manifest> byDeployment = new HashMap<>();
        for (Manifest manifest : manifests) {
            var deployment = deploymentOf(manifest.content());
            if (deployment == null) {
                continue;
            }
            if (complete && !names.contains(deployment.value())) {
                manifest.source()
                        .reportUnknown(
                                manifest.referenceAt(),
                                "spec.deployment names no Deployment:",
                                deployment.value(),
                                names.isEmpty() ? List.of("none is there") : names);
            }
            var kind = manifest.kind().word();
            var first = byDeployment.putIfAbsent(kind + "/" + deployment, manifest);
            if (first != null && !first.name().equals(manifest.name())) {
                manifest.source()
                        .report(
                                manifest.referenceAt(),
                                "a second %s of '%s'; the first is %s"
                                        .formatted(kind, deployment, place(first)));
            }
        }
    }

    private static void reportSharedKeys(List<Manifest> manifests) {
        Map<String, Manifest> byKey = new HashMap<>();
        for (Manifest manifest : manifests) {
            if (!(manifest.content() instanceof Content.OfTenant(var tenant))) {
                continue;
            }
            for (String key : tenant.keyHashes()) {
                var first = byKey.putIfAbsent(key, manifest);
                if (first != null && !first.name().equals(manifest.name())) {
                    manifest.source()
                            .report(
                                    manifest.referenceAt(),
                                    "spec.keys: the key %s... is also that of '%s' (%s)"
                                            .formatted(
                                                    key.substring(0, 8),
                                                    first.name(),
                                                    place(first)));
                }
            }
        }
    }

    /** A request names a deployment, its model or an adapter by one word. */
    private static void reportAdapterClashes(List<Manifest> manifests) {
        Map<String, Manifest> byWord = new HashMap<>();
        for (Manifest manifest : manifests) {
            if (manifest.content() instanceof Content.OfDeployment(var deployment)) {
                byWord.putIfAbsent(manifest.name(), manifest);
                byWord.putIfAbsent(deployment.engine().servedModel(), manifest);
            }
        }
        for (Manifest manifest : manifests) {
            if (!(manifest.content() instanceof Content.OfDeployment(var deployment))) {
                continue;
            }
            for (String adapter : deployment.engine().adapters().keySet()) {
                var first = byWord.putIfAbsent(adapter, manifest);
                if (first != null && !first.name().equals(manifest.name())) {
                    manifest.source()
                            .report(
                                    manifest.referenceAt(),
                                    "spec.adapters.%s: the name is also served by the Deployment '%s' (%s)"
                                            .formatted(adapter, first.name(), place(first)));
                }
            }
        }
    }

    /** The deployment that a policy is for; null for what is for none. */
    private static @Nullable DeploymentId deploymentOf(Content content) {
        return switch (content) {
            case Content.OfAutoscaling(var policy) -> policy.deployment();
            case Content.OfForecast(var policy) -> policy.deployment();
            case Content.OfAccelerators(var policy) -> policy.deployment();
            case Content.OfDeployment _,
                    Content.OfRecovery _,
                    Content.OfSpot _,
                    Content.OfAutonomy _,
                    Content.OfFleet _,
                    Content.OfTenant _ ->
                    null;
        };
    }

    private static String place(Manifest manifest) {
        return manifest.source().file()
                + manifest.nameAt()
                        .getStartMark()
                        .map(mark -> ":" + (mark.getLine() + 1))
                        .orElse("");
    }
}
