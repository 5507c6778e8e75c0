package dev.keelson.manifest;

import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.EngineSpec;
import dev.keelson.core.policy.AcceleratorPolicy;
import dev.keelson.core.policy.ActionClass;
import dev.keelson.core.policy.Autonomy;
import dev.keelson.core.policy.AutoscalingPolicy;
import dev.keelson.core.policy.ForecastPolicy;
import dev.keelson.core.policy.RecoveryPolicy;
import dev.keelson.core.policy.Slo;
import dev.keelson.core.policy.SpotPolicy;
import dev.keelson.manifest.Manifest.Content;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the {@code spec} of each kind into core's records; null where something was reported. */
final class SpecReader {
    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final List<String> KIND =
            List.of("pricePerGpuHour", "prefillTokensPerSecond", "decodeTokensPerSecond");
    private static final double LEAST = 0.001;
    private static final double MOST = 1e9;
    private static final int MOST_REPLICAS = 10_000;

    private final Source source;
    private final String name;
    private final Section spec;
    private final int problemsBefore;

    SpecReader(Source source, String name, Section spec) {
        this.source = source;
        this.name = name;
        this.spec = spec;
        this.problemsBefore = source.problemCount();
    }

    @Nullable Content read(ManifestKind kind) {
        return switch (kind) {
            case DEPLOYMENT -> deployment();
            case AUTOSCALING -> autoscaling();
            case FORECAST -> forecast();
            case ACCELERATORS -> accelerators();
            case RECOVERY -> recovery();
            case SPOT -> spot();
            case AUTONOMY -> autonomy();
            case FLEET -> fleet();
            case TENANT -> tenant();
        };
    }

    private @Nullable Content deployment() {
        String engine = spec.text("engine", "gpu-runtime");
        String model = spec.requiredText("model");
        String servedModel = spec.text("servedModel", name);
        var knobs = spec.section("knobs", null);
        var knobTexts = knobs == null ? new TreeMap<String, String>() : knobs.texts();
        var adapters = adapters(servedModel);
        var slo = slo();
        var replicas = bounds("replicas", MOST_REPLICAS);
        int thousandths = spec.integer("replicaThousandths", 1_000, 1, 1_000_000);
        int maxSequences = spec.integer("maxSequences", 8, 1, 65_536);
        int contextTokens = spec.integer("contextTokens", 2_048, 1, 16_777_216);
        if (hasProblems() || replicas == null) {
            return null;
        }
        return new Content.OfDeployment(
                new Deployment(
                        new DeploymentId(name),
                        new EngineSpec(engine, model, servedModel, knobTexts, adapters),
                        slo,
                        replicas.min(),
                        replicas.max(),
                        thousandths,
                        maxSequences,
                        contextTokens));
    }

    /** Folders by name; a name that is the model's own would never reach the adapter. */
    private SortedMap<String, String> adapters(String servedModel) {
        var folders = new TreeMap<String, String>();
        var section = spec.section("adapters", null);
        if (section == null) {
            return folders;
        }
        for (String adapter : section.keys()) {
            if (!NameCheck.isName(adapter)) {
                source.report(
                        section.at(adapter), NameCheck.message("a name of spec.adapters", adapter));
            } else if (adapter.equals(servedModel) || adapter.equals(name)) {
                source.report(
                        section.at(adapter),
                        "%s has the name of the model itself".formatted(section.child(adapter)));
            }
            folders.put(adapter, section.requiredText(adapter));
        }
        return folders;
    }

    private Slo slo() {
        var slo = spec.requiredSection("slo", List.of("ttft", "tpot"));
        if (slo == null) {
            return new Slo(HOUR, HOUR);
        }
        return new Slo(
                slo.requiredDuration("ttft", MILLISECOND, HOUR),
                slo.requiredDuration("tpot", MILLISECOND, HOUR));
    }

    private ManifestSet.@Nullable NodeBounds bounds(String key, int most) {
        int before = source.problemCount();
        var bounds = spec.requiredSection(key, List.of("min", "max"));
        if (bounds == null) {
            return null;
        }
        int min = bounds.requiredInteger("min", 0, most);
        int max = bounds.requiredInteger("max", 0, most);
        if (source.problemCount() == before && min > max) {
            source.report(
                    bounds.at("max"),
                    "%s (%d) must not be below %s (%d)"
                            .formatted(bounds.child("max"), max, bounds.child("min"), min));
            return null;
        }
        return new ManifestSet.NodeBounds(min, max);
    }

    /** The deployment that a policy is for; any name where a problem was reported. */
    private DeploymentId deploymentNamed() {
        String deployment = spec.requiredText("deployment");
        if (NameCheck.isName(deployment)) {
            return new DeploymentId(deployment);
        }
        if (!hasProblems()) {
            source.report(spec.at("deployment"), NameCheck.message("spec.deployment", deployment));
        }
        return new DeploymentId("unknown");
    }

    private @Nullable Content forecast() {
        var id = deploymentNamed();
        var defaults = ForecastPolicy.defaults(id);
        var policy =
                new ForecastPolicy(
                        id,
                        spec.ratio("missPrice", defaults.missPrice(), 0.01, 1_000_000),
                        spec.share("leadQuantile", defaults.leadQuantile(), false),
                        spec.duration("shrinkHold", defaults.shrinkHold(), Duration.ZERO, DAY),
                        spec.share("floorUtilization", defaults.floorUtilization(), false),
                        spec.integer("minLanded", defaults.minLanded(), 1, 1_000),
                        spec.duration("maxAge", defaults.maxAge(), Duration.ofSeconds(1), HOUR),
                        spec.choice("mode", ForecastPolicy.Mode.class));
        return hasProblems() ? null : new Content.OfForecast(policy);
    }

    private @Nullable Content accelerators() {
        var id = deploymentNamed();
        var section = spec.requiredSection("kinds", null);
        var kinds =
                section == null ? new TreeMap<String, AcceleratorPolicy.Kind>() : kinds(section);
        return hasProblems() ? null : new Content.OfAccelerators(new AcceleratorPolicy(id, kinds));
    }

    private SortedMap<String, AcceleratorPolicy.Kind> kinds(Section section) {
        var kinds = new TreeMap<String, AcceleratorPolicy.Kind>();
        if (section.keys().isEmpty() && !hasProblems()) {
            source.report(section.node(), "spec.kinds must name at least one accelerator");
        }
        for (String accelerator : section.keys()) {
            var kind = section.section(accelerator, KIND);
            if (kind != null) {
                kinds.put(
                        accelerator,
                        new AcceleratorPolicy.Kind(
                                kind.requiredRatio("pricePerGpuHour", LEAST, MOST),
                                kind.requiredRatio("prefillTokensPerSecond", LEAST, MOST),
                                kind.requiredRatio("decodeTokensPerSecond", LEAST, MOST)));
            }
        }
        return kinds;
    }

    private @Nullable Content autoscaling() {
        var id = deploymentNamed();
        var defaults = AutoscalingPolicy.defaults(id);
        var policy =
                new AutoscalingPolicy(
                        id,
                        spec.share("targetUtilization", defaults.targetUtilization(), false),
                        spec.share("targetKvUse", defaults.targetKvUse(), false),
                        spec.duration("scaleOutHold", defaults.scaleOutHold(), Duration.ZERO, HOUR),
                        spec.duration("scaleInHold", defaults.scaleInHold(), Duration.ZERO, DAY),
                        spec.integer("scaleInStarts", defaults.scaleInStarts(), 0, 1_000),
                        spec.ratio("fullSlowdown", defaults.fullSlowdown(), 1, 100),
                        spec.share("tolerance", defaults.tolerance(), true),
                        spec.integer("maxStep", defaults.maxStep(), 1, MOST_REPLICAS),
                        spec.duration(
                                "maxInputAge",
                                defaults.maxInputAge(),
                                Duration.ofSeconds(1),
                                HOUR));
        return hasProblems() ? null : new Content.OfAutoscaling(policy);
    }

    private @Nullable Content recovery() {
        var defaults = RecoveryPolicy.DEFAULTS;
        var second = Duration.ofSeconds(1);
        var policy =
                new RecoveryPolicy(
                        spec.duration(
                                "nodeSilence",
                                defaults.nodeSilence(),
                                second.multipliedBy(2),
                                HOUR),
                        spec.duration("closedSilence", defaults.closedSilence(), second, HOUR),
                        spec.duration("startTimeout", defaults.startTimeout(), second, DAY),
                        spec.duration(
                                "startBackoff",
                                defaults.startBackoff(),
                                Duration.ofMillis(100),
                                HOUR),
                        spec.integer("maxStartFailures", defaults.maxStartFailures(), 1, 1_000),
                        spec.share("breakerShare", defaults.breakerShare(), true),
                        spec.share("rolloutMargin", defaults.rolloutMargin(), true));
        if (!hasProblems() && policy.closedSilence().compareTo(policy.nodeSilence()) > 0) {
            source.report(
                    spec.at("closedSilence"),
                    "spec.closedSilence (%s) must not be above spec.nodeSilence (%s): a closed session is more suspect than an open one"
                            .formatted(
                                    DurationText.format(policy.closedSilence()),
                                    DurationText.format(policy.nodeSilence())));
        }
        return hasProblems() ? null : new Content.OfRecovery(policy);
    }

    private @Nullable Content spot() {
        var defaults = SpotPolicy.DEFAULTS;
        var policy =
                new SpotPolicy(
                        spec.duration(
                                "stopMargin",
                                defaults.stopMargin(),
                                Duration.ZERO,
                                MINUTE.multipliedBy(10)),
                        spec.integer("minOnDemand", defaults.minOnDemand(), 0, MOST_REPLICAS));
        return hasProblems() ? null : new Content.OfSpot(policy);
    }

    private @Nullable Content autonomy() {
        var autonomy = new TreeMap<ActionClass, Autonomy>();
        for (ActionClass actionClass : ActionClass.values()) {
            var chosen = spec.choice(actionClass.name().toLowerCase(Locale.ROOT), Autonomy.class);
            if (chosen != null) {
                autonomy.put(actionClass, chosen);
            }
        }
        return hasProblems() ? null : new Content.OfAutonomy(autonomy);
    }

    private @Nullable Content fleet() {
        var nodes = bounds("nodes", MOST_REPLICAS);
        return nodes == null || hasProblems() ? null : new Content.OfFleet(nodes);
    }

    private @Nullable Content tenant() {
        var tenant = new TenantSpec(source, name, spec).read();
        return hasProblems() ? null : new Content.OfTenant(tenant);
    }

    private boolean hasProblems() {
        return source.problemCount() > problemsBefore;
    }
}
