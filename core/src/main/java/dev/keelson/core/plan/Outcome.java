package dev.keelson.core.plan;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.plan.PlannerMemory.OpenIncident;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Collects what a planning step says: decisions, incidents and what is held back. */
final class Outcome {
    private final Instant now;
    private final Draft draft;
    private final SortedSet<String> toldHolds;
    private final List<Decision> decisions = new ArrayList<>();
    private final List<IncidentChange> incidents = new ArrayList<>();

    Outcome(Instant now, Draft draft, SortedSet<String> toldHolds) {
        this.now = now;
        this.draft = draft;
        this.toldHolds = toldHolds;
    }

    void decide(Decision decision) {
        decisions.add(decision);
    }

    /** Nothing is done, and why: told once, until the reason goes away and comes back. */
    void hold(
            @Nullable DeploymentId deployment,
            Reason code,
            String sentence,
            List<Decision.Input> inputs) {
        hold(deployment, code, "", sentence, inputs);
    }

    /**
     * @param subject tells apart holds of one deployment with the same code
     */
    void hold(
            @Nullable DeploymentId deployment,
            Reason code,
            String subject,
            String sentence,
            List<Decision.Input> inputs) {
        var key = (deployment == null ? "" : deployment.value()) + " " + code + " " + subject;
        if (draft.holds.add(key) && !toldHolds.contains(key)) {
            decisions.add(new Decision(deployment, List.of(), code, sentence, inputs, List.of()));
        }
    }

    void open(
            String kind,
            String target,
            @Nullable Instant lastEvidenceAt,
            List<DeploymentId> deployments,
            List<String> evidence) {
        var key = kind + " " + target;
        if (draft.incidents.containsKey(key)) {
            return;
        }
        draft.incidents.put(
                key, new OpenIncident(kind, target, now, new TreeSet<>(deployments), false, false));
        incidents.add(new IncidentChange.Opened(kind, target, lastEvidenceAt, evidence));
    }

    void rerouted(OpenIncident i) {
        if (!i.rerouted()) {
            incidents.add(new IncidentChange.Rerouted(i.kind(), i.target()));
            put(
                    new OpenIncident(
                            i.kind(),
                            i.target(),
                            i.openedAt(),
                            i.deployments(),
                            true,
                            i.recovered()));
        }
    }

    void recovered(OpenIncident i) {
        if (!i.recovered()) {
            incidents.add(new IncidentChange.Recovered(i.kind(), i.target()));
            put(new OpenIncident(i.kind(), i.target(), i.openedAt(), i.deployments(), true, true));
        }
    }

    void resolved(OpenIncident i) {
        incidents.add(new IncidentChange.Resolved(i.kind(), i.target()));
        draft.incidents.remove(i.kind() + " " + i.target());
    }

    private void put(OpenIncident i) {
        draft.incidents.put(i.kind() + " " + i.target(), i);
    }

    Plan toPlan() {
        return new Plan(decisions, incidents, draft.toMemory());
    }
}
