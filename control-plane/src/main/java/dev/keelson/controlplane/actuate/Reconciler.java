package dev.keelson.controlplane.actuate;

import dev.keelson.controlplane.observe.Commands;
import dev.keelson.controlplane.observe.FleetBoard;
import dev.keelson.controlplane.observe.ManifestWatch;
import dev.keelson.controlplane.store.LeaderLease;
import dev.keelson.controlplane.store.ReplicaRow;
import dev.keelson.core.fleet.Revision;
import java.time.Duration;
import java.util.Optional;

/**
 * Tells agents what was decided and does not show yet, again each second until they took it. It
 * compares what is with what was decided, so it needs no list of commands: a restart of the control
 * plane goes on where it was. Thread-safe.
 */
public final class Reconciler {
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final FleetBoard fleet;
    private final ManifestWatch manifests;
    private final LeaderLease lease;

    public Reconciler(FleetBoard fleet, ManifestWatch manifests, LeaderLease lease) {
        this.fleet = fleet;
        this.manifests = manifests;
        this.lease = lease;
    }

    public synchronized void step() {
        for (var unfinished : fleet.unfinished(RETRY)) {
            var row = unfinished.row();
            switch (row.ending()) {
                case NONE ->
                        revisionOf(row)
                                .ifPresent(revision ->
                                        unfinished
                                                .link()
                                                .send(
                                                        Commands.start(
                                                                row,
                                                                revision.engine(),
                                                                lease.epoch())));
                case DRAIN -> unfinished.link().send(Commands.drain(row, lease.epoch()));
                case STOP -> unfinished.link().send(Commands.stop(row, lease.epoch()));
            }
        }
    }

    private Optional<Revision> revisionOf(ReplicaRow row) {
        var known = manifests.inForce().revisions().get(row.replica().deployment());
        return known == null
                ? Optional.empty()
                : known.stream()
                        .filter(revision -> revision.number() == row.replica().revision())
                        .findFirst();
    }
}
