package dev.keelson.core.plan;

import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.NodeState;
import dev.keelson.core.plan.PlannerMemory.OpenIncident;
import java.util.TreeMap;

/** Moves open incidents on: rerouted, recovered, resolved. */
final class Aftermath {
    private Aftermath() {}

    static void follow(Situation s) {
        new TreeMap<>(s.draft.incidents)
                .forEach((key, i) -> {
                    // An incident of this very step: the routing table that leaves its target out
                    // goes out with it.
                    if (i.openedAt().isBefore(s.now)) {
                        follow(s, key, i);
                    }
                });
    }

    private static void follow(Situation s, String key, OpenIncident i) {
        switch (i.kind()) {
            case "engine-lost", "engine-hung" -> {
                s.outcome.rerouted(i);
                if (isWhole(s, i)) {
                    s.outcome.recovered(current(s, key, i));
                    s.outcome.resolved(current(s, key, i));
                }
            }
            case "node-lost" -> {
                s.outcome.rerouted(i);
                if (isWhole(s, i)) {
                    s.outcome.recovered(current(s, key, i));
                }
                if (s.judged(new NodeId(i.target())) != NodeState.LOST) {
                    s.outcome.resolved(current(s, key, i));
                }
            }
            case "spot-notice" -> followNotice(s, key, i);
            case "bad-revision", "start-failed" -> {
                if (isWhole(s, i)) {
                    s.outcome.recovered(i);
                }
            }
            default -> {
                // Opened and closed where it is known: the breaker by Liveness.
            }
        }
    }

    private static void followNotice(Situation s, String key, OpenIncident i) {
        var node = new NodeId(i.target());
        var there = s.roster().on(node);
        if (there.stream().noneMatch(Member::isReady)) {
            s.outcome.rerouted(i);
        }
        boolean elsewhere =
                i.deployments().stream()
                        .allMatch(id -> {
                            var d = s.draft.deployments.get(id);
                            long ready =
                                    s.membersOf(id).stream()
                                            .filter(m -> m.isReady() && !m.leaving())
                                            .count();
                            return d == null || ready >= d.wanted;
                        });
        if (elsewhere) {
            s.outcome.recovered(current(s, key, i));
        }
        if (elsewhere && there.isEmpty()) {
            s.outcome.resolved(current(s, key, i));
        }
    }

    private static boolean isWhole(Situation s, OpenIncident i) {
        return i.deployments().stream()
                .allMatch(id -> {
                    var d = s.draft.deployments.get(id);
                    return d == null || s.readyOf(id) >= d.wanted;
                });
    }

    private static OpenIncident current(Situation s, String key, OpenIncident i) {
        return s.draft.incidents.getOrDefault(key, i);
    }
}
