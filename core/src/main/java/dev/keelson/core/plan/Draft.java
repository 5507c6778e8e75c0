package dev.keelson.core.plan;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.NodeState;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.plan.PlannerMemory.Acquisition;
import dev.keelson.core.plan.PlannerMemory.Breaker;
import dev.keelson.core.plan.PlannerMemory.Cause;
import dev.keelson.core.plan.PlannerMemory.Crashes;
import dev.keelson.core.plan.PlannerMemory.DeploymentMemory;
import dev.keelson.core.plan.PlannerMemory.Expert;
import dev.keelson.core.plan.PlannerMemory.Need;
import dev.keelson.core.plan.PlannerMemory.OpenIncident;
import dev.keelson.core.plan.PlannerMemory.Start;
import dev.keelson.core.plan.PlannerMemory.StartTrouble;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The memory while a plan is being made: the one mutable thing of a planning step, never seen
 * outside it. What is looked up for every replica is found by hash, and kept in an order that no
 * hash decides.
 */
final class Draft {
    long nextReplica;
    final LinkedHashMap<DeploymentId, Deployed> deployments = new LinkedHashMap<>();
    final LinkedHashMap<NodeId, NodeState> nodes;
    final TreeMap<String, OpenIncident> incidents;
    final TreeSet<String> answeredRequests;
    final TreeMap<ReplicaId, Start> starts;
    final TreeMap<ReplicaId, Instant> drains;
    final TreeSet<ReplicaId> seenReady;
    final TreeSet<ReplicaId> lost;
    final TreeMap<NodeId, Instant> drainingNodes;
    final TreeMap<NodeId, Instant> idleSince;
    final TreeSet<NodeId> cordoned;
    final TreeSet<String> holds = new TreeSet<>();
    @Nullable Breaker breaker;
    @Nullable Acquisition acquisition;

    Draft(PlannerMemory memory) {
        nextReplica = memory.nextReplica();
        memory.deployments().forEach((id, m) -> deployments.put(id, new Deployed(m)));
        nodes = new LinkedHashMap<>(memory.nodes());
        incidents = new TreeMap<>(memory.incidents());
        answeredRequests = new TreeSet<>(memory.answeredRequests());
        starts = new TreeMap<>(memory.starts());
        drains = new TreeMap<>(memory.drains());
        seenReady = new TreeSet<>(memory.seenReady());
        lost = new TreeSet<>(memory.lost());
        drainingNodes = new TreeMap<>(memory.drainingNodes());
        idleSince = new TreeMap<>(memory.idleSince());
        cordoned = new TreeSet<>(memory.cordoned());
        breaker = memory.breaker();
        acquisition = memory.acquisition();
    }

    PlannerMemory toMemory() {
        var remembered = new TreeMap<DeploymentId, DeploymentMemory>();
        deployments.forEach((id, d) -> remembered.put(id, d.toMemory()));
        return new PlannerMemory(
                nextReplica,
                remembered,
                new TreeMap<>(nodes),
                incidents,
                answeredRequests,
                starts,
                drains,
                seenReady,
                lost,
                drainingNodes,
                idleSince,
                cordoned,
                holds,
                breaker,
                acquisition);
    }

    /** One deployment's share. */
    static final class Deployed {
        int wanted;
        int serving;
        int lastGood;
        final TreeSet<Integer> bad;
        @Nullable Instant aboveSince;
        final List<Need> needs;
        final TreeMap<Integer, Integer> startFailures;
        @Nullable Instant notBefore;
        @Nullable Cause cause;
        final List<Need> forecastNeeds;
        @Nullable Duration leadTime;
        final List<Need> advised;
        List<Expert> experts;
        @Nullable Instant expertsAt;
        final TreeMap<Integer, Crashes> crashes;
        final TreeMap<NodeId, StartTrouble> startTroubles;

        Deployed(DeploymentMemory m) {
            wanted = m.wanted();
            serving = m.serving();
            lastGood = m.lastGood();
            bad = new TreeSet<>(m.badRevisions());
            aboveSince = m.aboveSince();
            needs = new ArrayList<>(m.needs());
            startFailures = new TreeMap<>(m.startFailures());
            notBefore = m.notBefore();
            cause = m.cause();
            forecastNeeds = new ArrayList<>(m.forecastNeeds());
            leadTime = m.leadTime();
            advised = new ArrayList<>(m.advised());
            experts = m.experts();
            expertsAt = m.expertsAt();
            crashes = new TreeMap<>(m.crashes());
            startTroubles = new TreeMap<>(m.startTroubles());
        }

        static Deployed first(int wanted, int revision) {
            return new Deployed(
                    new DeploymentMemory(
                            wanted,
                            revision,
                            revision,
                            new TreeSet<>(),
                            null,
                            List.of(),
                            new TreeMap<>(),
                            null,
                            null,
                            List.of(),
                            null,
                            List.of(),
                            List.of(),
                            null,
                            new TreeMap<>(),
                            new TreeMap<>()));
        }

        DeploymentMemory toMemory() {
            return new DeploymentMemory(
                    wanted,
                    serving,
                    lastGood,
                    bad,
                    aboveSince,
                    needs,
                    startFailures,
                    notBefore,
                    cause,
                    forecastNeeds,
                    leadTime,
                    advised,
                    experts,
                    expertsAt,
                    crashes,
                    startTroubles);
        }
    }
}
