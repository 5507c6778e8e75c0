package dev.keelson.controlplane.observe;

import dev.keelson.controlplane.store.RevisionTable;
import dev.keelson.core.control.PolicySource;
import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.Revision;
import dev.keelson.core.policy.Policies;
import dev.keelson.core.policy.RecoveryPolicy;
import dev.keelson.core.policy.SpotPolicy;
import dev.keelson.core.tenant.Tenant;
import dev.keelson.manifest.ManifestFolder;
import dev.keelson.manifest.ManifestResult;
import dev.keelson.manifest.ManifestSet;
import dev.keelson.manifest.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The manifests in force. Stepped by {@link #poll()}; an invalid change keeps what was valid
 * before. Thread-safe.
 */
public final class ManifestWatch implements PolicySource {
    private static final Logger LOG = LoggerFactory.getLogger(ManifestWatch.class);

    /** Told of each change of validity. */
    public interface Listener {
        void invalid(List<String> problems);

        void valid();
    }

    /** One consistent reading of the folder. */
    public record InForce(
            Policies policies,
            String text,
            SortedMap<DeploymentId, Deployment> deployments,
            SortedMap<DeploymentId, List<Revision>> revisions,
            SortedMap<String, Tenant> tenants) {}

    private final Path folder;
    private final RevisionTable revisions;
    private final int minNodes;
    private final int maxNodes;
    private final InstantSource clock;
    private final Listener listener;
    private List<String> seen = List.of("never read");
    private volatile InForce inForce;

    public ManifestWatch(
            Path folder,
            RevisionTable revisions,
            int minNodes,
            int maxNodes,
            InstantSource clock,
            Listener listener) {
        this.folder = folder;
        this.revisions = revisions;
        this.minNodes = minNodes;
        this.maxNodes = maxNodes;
        this.clock = clock;
        this.listener = listener;
        var nothing =
                new Policies(
                        "",
                        new TreeMap<>(),
                        RecoveryPolicy.DEFAULTS,
                        SpotPolicy.DEFAULTS,
                        new TreeMap<>(),
                        minNodes,
                        maxNodes);
        this.inForce = new InForce(nothing, "", new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }

    public InForce inForce() {
        return inForce;
    }

    @Override
    public Policies current() {
        return inForce.policies();
    }

    /** Looks at the folder, and reads it when a file's time or size differs from the last look. */
    public synchronized void poll() {
        var now = look();
        if (now.equals(seen)) {
            return;
        }
        seen = now;
        switch (ManifestFolder.load(folder)) {
            case ManifestResult.Valid(var manifests) -> {
                inForce = take(manifests);
                LOG.info("manifests {} are in force", manifests.hash());
                listener.valid();
            }
            case ManifestResult.Invalid(var problems) ->
                    listener.invalid(problems.stream().map(Problem::render).toList());
        }
    }

    private InForce take(ManifestSet manifests) {
        var known = new TreeMap<DeploymentId, List<Revision>>();
        manifests
                .deployments()
                .forEach((id, deployment) ->
                        known.put(id, revisions.upTo(id, deployment.engine(), clock.instant())));
        return new InForce(
                manifests.policies(minNodes, maxNodes),
                manifests.text(),
                manifests.deployments(),
                known,
                manifests.tenants());
    }

    private List<String> look() {
        try (var files = Files.list(folder)) {
            var result = new ArrayList<String>();
            for (var file : files.sorted().toList()) {
                var name = file.getFileName().toString();
                if (name.endsWith(".yaml") || name.endsWith(".yml")) {
                    result.add(
                            "%s %d %s"
                                    .formatted(
                                            name,
                                            Files.size(file),
                                            Files.getLastModifiedTime(file)));
                }
            }
            return result;
        } catch (IOException e) {
            return List.of("unreadable " + e.getClass().getSimpleName());
        }
    }
}
