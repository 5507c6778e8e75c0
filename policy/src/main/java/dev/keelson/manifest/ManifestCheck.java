package dev.keelson.manifest;

import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.policy.AcceleratorPolicy;
import dev.keelson.core.policy.ActionClass;
import dev.keelson.core.policy.Autonomy;
import dev.keelson.core.policy.AutoscalingPolicy;
import dev.keelson.core.policy.ForecastPolicy;
import dev.keelson.core.policy.RecoveryPolicy;
import dev.keelson.core.policy.SpotPolicy;
import dev.keelson.core.tenant.Tenant;
import dev.keelson.manifest.Manifest.Content;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * The one checker of manifests: command line and control plane say the same of the same text. Pure.
 */
public final class ManifestCheck {
    static final String API_VERSION = "keelson.dev/v1";

    private ManifestCheck() {}

    /** Checks each file by itself and all of them together; reports every problem it finds. */
    public static ManifestResult check(List<ManifestFile> files) {
        var sorted = files.stream().sorted(Comparator.comparing(ManifestFile::name)).toList();
        var sources = new ArrayList<Source>();
        var manifests = new ArrayList<Manifest>();
        for (ManifestFile file : sorted) {
            var source = new Source(file);
            sources.add(source);
            manifests.addAll(readFile(file, source));
        }
        CrossCheck.check(manifests, sources.stream().allMatch(Source::isClean));
        var problems = sources.stream().flatMap(source -> source.problems().stream()).toList();
        return problems.isEmpty()
                ? new ManifestResult.Valid(collect(manifests, textOf(sorted)))
                : new ManifestResult.Invalid(problems);
    }

    private static List<Manifest> readFile(ManifestFile file, Source source) {
        var found = new ArrayList<Manifest>();
        int documents = 0;
        for (Node document : Documents.compose(file, source)) {
            if (document instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL)) {
                continue; // a document of comments only
            }
            documents++;
            var manifest = readDocument(document, source);
            if (manifest != null) {
                found.add(manifest);
            }
        }
        if (documents == 0 && source.isClean()) {
            source.reportFile("the file holds no manifest");
        }
        return found;
    }

    private static @Nullable Manifest readDocument(Node document, Source source) {
        int before = source.problemCount();
        var top =
                new Section(
                        source, document, "", List.of("apiVersion", "kind", "metadata", "spec"));
        String version = top.requiredText("apiVersion");
        if (!version.isEmpty() && !version.equals(API_VERSION)) {
            source.reportUnknown(
                    top.at("apiVersion"), "unknown apiVersion", version, List.of(API_VERSION));
        }
        String word = top.requiredText("kind");
        var kind = ManifestKind.of(word);
        if (kind == null && !word.isEmpty()) {
            source.reportUnknown(top.at("kind"), "unknown kind", word, ManifestKind.words());
        }
        var metadata = top.requiredSection("metadata", List.of("name"));
        String name = metadata == null ? "" : metadata.requiredText("name");
        if (metadata != null && !name.isEmpty() && !NameCheck.isName(name)) {
            source.report(metadata.at("name"), NameCheck.message("metadata.name", name));
        }
        var spec = top.requiredSection("spec", kind == null ? null : kind.keys());
        if (kind == null || metadata == null || spec == null) {
            return null;
        }
        // A bad name is reported above; the rest of the document is still worth checking.
        var content =
                new SpecReader(source, NameCheck.isName(name) ? name : "unknown", spec).read(kind);
        if (content == null || source.problemCount() > before) {
            return null;
        }
        var nameAt = metadata.at("name");
        var referenceAt =
                switch (kind) {
                    case AUTOSCALING, FORECAST, ACCELERATORS -> spec.at("deployment");
                    case TENANT -> spec.at("keys");
                    case DEPLOYMENT, RECOVERY, SPOT, AUTONOMY, FLEET -> nameAt;
                };
        return new Manifest(kind, name, content, source, nameAt, referenceAt);
    }

    private static ManifestSet collect(List<Manifest> manifests, String text) {
        var deployments = new TreeMap<DeploymentId, Deployment>();
        var autoscaling = new TreeMap<DeploymentId, AutoscalingPolicy>();
        var forecasting = new TreeMap<DeploymentId, ForecastPolicy>();
        var accelerators = new TreeMap<DeploymentId, AcceleratorPolicy>();
        var autonomy = new TreeMap<ActionClass, Autonomy>();
        var tenants = new TreeMap<String, Tenant>();
        RecoveryPolicy recovery = RecoveryPolicy.DEFAULTS;
        SpotPolicy spot = SpotPolicy.DEFAULTS;
        ManifestSet.NodeBounds nodes = null;
        for (Manifest manifest : manifests) {
            switch (manifest.content()) {
                case Content.OfDeployment(var deployment) ->
                        deployments.put(deployment.id(), deployment);
                case Content.OfAutoscaling(var policy) ->
                        autoscaling.put(policy.deployment(), policy);
                case Content.OfForecast(var policy) -> forecasting.put(policy.deployment(), policy);
                case Content.OfAccelerators(var policy) ->
                        accelerators.put(policy.deployment(), policy);
                case Content.OfRecovery(var policy) -> recovery = policy;
                case Content.OfSpot(var policy) -> spot = policy;
                case Content.OfAutonomy(var classes) -> autonomy.putAll(classes);
                case Content.OfFleet(var bounds) -> nodes = bounds;
                case Content.OfTenant(var tenant) -> tenants.put(tenant.name(), tenant);
            }
        }
        return new ManifestSet(
                deployments,
                autoscaling,
                forecasting,
                accelerators,
                recovery,
                spot,
                autonomy,
                nodes,
                tenants,
                text,
                sha256(text));
    }

    private static String textOf(List<ManifestFile> files) {
        var text = new StringBuilder();
        for (ManifestFile file : files) {
            text.append("# file: ").append(file.name()).append('\n').append(file.text());
            if (!file.text().endsWith("\n")) {
                text.append('\n');
            }
        }
        return text.toString();
    }

    private static String sha256(String text) {
        try {
            var digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java platform has SHA-256.", impossible);
        }
    }
}
