package dev.keelson.simulator.world;

import dev.keelson.simulator.baseline.PolicyChoice;
import dev.keelson.simulator.trace.LiveRecording;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;

/**
 * Plays the requests of a recorded fleet against the production control loop on virtual time, with
 * the scaling policy that the fleet ran with when it was recorded.
 */
public final class LiveStudy {
    private LiveStudy() {}

    /**
     * What the simulated fleet did.
     *
     * @param ready READY replicas at each full second
     */
    public record Simulated(RunResult run, List<Integer> ready, List<ScaleAction> actions) {
        public Simulated {
            ready = List.copyOf(ready);
            actions = List.copyOf(actions);
        }
    }

    public static Simulated play(LiveRecording recording, long seed) {
        var fleet = recording.fleet();
        var policy = PolicyChoice.parse(recording.policy());
        var autoscaling = FleetStudy.autoscaling(policy);
        policy.noMoreOptions();
        var scaler = new ProductionScaler(fleet, autoscaling, new Telemetry<>(fleet, seed));
        var watched = new Watched(scaler);
        var world =
                new FleetWorld(
                        fleet,
                        recording.trace(),
                        watched,
                        group -> ReplicaModel.of(fleet, group),
                        seed);
        var run = world.run(FleetStudy.PRODUCTION, recording.counts().getFirst().ready());
        double end = recording.seconds();
        return new Simulated(
                run,
                watched.ready.subList(0, Math.min(watched.ready.size(), (int) end + 1)),
                world.scaleActions().stream().filter(a -> a.seconds() <= end).toList());
    }

    /** Notes the READY replicas of each second. */
    private static final class Watched implements Scaler {
        private final Scaler scaler;
        private final List<Integer> ready = new ArrayList<>();

        Watched(Scaler scaler) {
            this.scaler = scaler;
        }

        @Override
        public SortedMap<String, String> parameters() {
            return scaler.parameters();
        }

        @Override
        public OptionalInt initial() {
            return scaler.initial();
        }

        @Override
        public void tick(FleetWorld world) {
            scaler.tick(world);
            int now = 0;
            for (SimReplica r : world.replicas()) {
                now += r.takesRequests() ? 1 : 0;
            }
            while (ready.size() <= world.now() + 1e-9) {
                ready.add(now);
            }
        }
    }
}
