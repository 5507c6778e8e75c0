package dev.keelson.core.plan;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.policy.ActionClass;
import dev.keelson.core.policy.Freeze;
import dev.keelson.core.policy.Policies;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Merges proposals and says what may be done at all: bounds, freeze and autonomy in one place. */
final class Arbiter {
    private final FleetState state;
    private final Policies policies;
    private final Outcome outcome;

    Arbiter(FleetState state, Policies policies, Outcome outcome) {
        this.state = state;
        this.policies = policies;
        this.outcome = outcome;
    }

    /**
     * @param because the proposal that bound; null where the count stays
     */
    record Verdict(int replicas, @Nullable Proposal because) {}

    /**
     * SET stands above AT_LEAST, AT_LEAST above AT_MOST (serving too many is cheaper than too few),
     * REJECT keeps the count against all but SET. The bounds come last and bind everyone.
     */
    static Verdict merge(int current, List<Proposal> proposals, int min, int max) {
        int atLeast = Integer.MIN_VALUE;
        int atMost = Integer.MAX_VALUE;
        Proposal set = null;
        Proposal lower = null;
        Proposal upper = null;
        Proposal reject = null;
        for (var p : proposals) {
            switch (p.kind()) {
                case SET -> set = p;
                case REJECT -> reject = p;
                case AT_LEAST -> {
                    if (p.replicas() > atLeast) {
                        atLeast = p.replicas();
                        lower = p;
                    }
                }
                case AT_MOST -> {
                    if (p.replicas() < atMost) {
                        atMost = p.replicas();
                        upper = p;
                    }
                }
            }
        }
        var asked = set != null ? new Verdict(set.replicas(), set) : new Verdict(current, null);
        if (set == null && reject == null) {
            if (atLeast > current) {
                asked = new Verdict(atLeast, lower);
            } else if (atMost < current) {
                asked = new Verdict(Math.max(atMost, atLeast), upper);
            }
        }
        return bounded(asked, min, max);
    }

    private static Verdict bounded(Verdict asked, int min, int max) {
        if (asked.replicas() < min) {
            return new Verdict(
                    min,
                    bound(asked, Reason.BELOW_MINIMUM, min, "the deployment's minimum is " + min));
        }
        if (asked.replicas() > max) {
            return new Verdict(
                    max,
                    bound(asked, Reason.ABOVE_MAXIMUM, max, "the deployment's maximum is " + max));
        }
        return asked;
    }

    private static Proposal bound(Verdict asked, Reason code, int replicas, String text) {
        return asked.because() != null
                ? asked.because()
                : new Proposal(Proposal.Kind.SET, replicas, code, text, List.of());
    }

    /** May this be done now? If not, what would have been done is told once. */
    boolean permits(ActionClass actionClass, @Nullable DeploymentId deployment, String what) {
        var freeze = freezeOn(actionClass);
        var name = actionClass.name().toLowerCase(Locale.ROOT);
        if (freeze != null) {
            outcome.hold(
                    deployment,
                    Reason.FROZEN,
                    name,
                    "%s is held back by the freeze of %s until %s: %s."
                            .formatted(what, freeze.owner(), freeze.expiresAt(), freeze.reason()),
                    List.of());
            return false;
        }
        var autonomy = policies.autonomyOf(actionClass);
        return switch (autonomy) {
            case AUTO -> true;
            case OBSERVE -> false;
            case GUARDED -> {
                boolean approved = isApproved(actionClass, deployment);
                if (!approved) {
                    var whose = deployment == null ? name : name + " " + deployment;
                    outcome.hold(
                            deployment,
                            Reason.APPROVAL_NEEDED,
                            name + " " + what,
                            "%s waits for an approval, since autonomy for %s is GUARDED: keelson approve %s."
                                    .formatted(what, name, whose),
                            List.of());
                }
                yield approved;
            }
            case ADVISE -> {
                outcome.hold(
                        deployment,
                        Reason.AUTONOMY,
                        name + " " + what,
                        "%s is advised and not done: autonomy for %s is %s."
                                .formatted(what, name, autonomy),
                        List.of());
                yield false;
            }
        };
    }

    private boolean isApproved(ActionClass actionClass, @Nullable DeploymentId deployment) {
        return state.approvals().stream()
                .anyMatch(x -> x.covers(actionClass, deployment, state.observedAt()));
    }

    /** May forecasts scale this deployment, or only advise? */
    boolean letsForecastsAct(DeploymentId deployment) {
        return switch (policies.autonomyOfForecasts(deployment)) {
            case AUTO -> true;
            case GUARDED -> isApproved(ActionClass.FORECAST, deployment);
            case OBSERVE, ADVISE -> false;
        };
    }

    private @Nullable Freeze freezeOn(ActionClass actionClass) {
        for (var freeze : state.freezes()) {
            if (freeze.expiresAt().isAfter(state.observedAt())
                    && (freeze.all() || actionClass.isDiscretionary())) {
                return freeze;
            }
        }
        return null;
    }
}
