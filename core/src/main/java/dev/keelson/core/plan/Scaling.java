package dev.keelson.core.plan;

import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.OperatorRequest;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.plan.PlannerMemory.Need;
import dev.keelson.core.policy.ActionClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Gathers the proposals for one deployment's count, lets the arbiter merge them and decides. */
final class Scaling {
    /** Name of the input that tells how much work is expected once a start would be done. */
    static final String EXPECTED = "forecastReplicasAfterStart";

    private Scaling() {}

    static void decide(Situation s, DeploymentState d, Draft.Deployed m) {
        var id = d.spec().id();
        learnLeadTime(s, m, d);
        var proposals = new ArrayList<Proposal>();
        for (var request : s.state.requests()) {
            if (request instanceof OperatorRequest.Scale scale
                    && scale.deployment().equals(id)
                    && s.draft.answeredRequests.add(scale.id())) {
                proposals.add(
                        new Proposal(
                                Proposal.Kind.SET,
                                scale.replicas(),
                                Reason.OPERATOR_REQUEST,
                                "an operator asked for " + scale.replicas(),
                                List.of()));
            }
        }
        var asked = !proposals.isEmpty();
        ForecastScaling forecast = null;
        if (!s.breakerIsOpen() && s.isSettled()) {
            var reactive = Autoscale.propose(s, d, m);
            forecast = ForecastScaling.of(s, d, m);
            proposals.addAll(forecast == null ? reactive : preferred(reactive, forecast));
        } else {
            proposals.add(
                    new Proposal(
                            Proposal.Kind.REJECT, m.wanted, Reason.BREAKER_OPEN, "", List.of()));
        }
        var verdict =
                Arbiter.merge(m.wanted, proposals, d.spec().minReplicas(), d.spec().maxReplicas());
        if (asked) {
            // What was asked for counts from now on, also where it is what is there already.
            m.aboveSince = null;
            m.needs.clear();
            m.needs.add(new Need(s.now, verdict.replicas()));
        }
        var because = verdict.because();
        if (because == null || verdict.replicas() == m.wanted) {
            return;
        }
        var what = "Scaling %s from %d to %d".formatted(id, m.wanted, verdict.replicas());
        if (!asked && !s.arbiter.permits(ActionClass.SCALE, id, what)) {
            return;
        }
        s.outcome.decide(
                new Decision(
                        id,
                        List.of(new Action.Scale(id, m.wanted, verdict.replicas())),
                        because.code(),
                        "Scale %s from %d to %d: %s."
                                .formatted(id, m.wanted, verdict.replicas(), because.text()),
                        withForecast(because.inputs(), forecast),
                        forecast != null && isForecast(because)
                                ? forecast.rejected(verdict.replicas())
                                : Autoscale.rejected(s, d, verdict.replicas())));
        if (verdict.replicas() > m.wanted) {
            m.cause =
                    new PlannerMemory.Cause(
                            because.code(),
                            "%d are wanted since %s".formatted(verdict.replicas(), because.text()));
        }
        m.wanted = verdict.replicas();
        m.aboveSince = null;
    }

    /** The forecast's proposals, unless it may only advise or present load is not known. */
    private static List<Proposal> preferred(List<Proposal> reactive, ForecastScaling forecast) {
        if (reactive.stream().anyMatch(p -> p.kind() == Proposal.Kind.REJECT)) {
            return reactive;
        }
        if (forecast.mayAct()) {
            return forecast.propose();
        }
        forecast.advise();
        return reactive;
    }

    /**
     * What is forecast stands beside what present load decided; null says that no forecast was
     * there to act on.
     */
    private static List<Decision.Input> withForecast(
            List<Decision.Input> inputs, @Nullable ForecastScaling forecast) {
        if (inputs.isEmpty() || inputs.stream().anyMatch(i -> i.name().equals(EXPECTED))) {
            return inputs;
        }
        var more = new ArrayList<>(inputs);
        more.add(forecast == null ? new Decision.Input(EXPECTED, null, null) : forecast.expected());
        return more;
    }

    private static boolean isForecast(Proposal because) {
        return because.code() == Reason.FORECAST_ABOVE || because.code() == Reason.FORECAST_BELOW;
    }

    /**
     * The median start-up of the replicas that are there: one that took long by accident must not
     * rule. What was measured last counts on while no replica shows any.
     */
    private static void learnLeadTime(Situation s, Draft.Deployed m, DeploymentState d) {
        var measured =
                s.replicasOf(d.spec().id()).stream()
                        .map(Replica::startup)
                        .filter(Objects::nonNull)
                        .sorted()
                        .toList();
        if (!measured.isEmpty()) {
            m.leadTime = measured.get(measured.size() / 2);
        }
    }
}
