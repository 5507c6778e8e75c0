package dev.keelson.core.plan;

import static dev.keelson.core.testing.FleetBuilder.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.policy.ActionClass;
import dev.keelson.core.policy.Approval;
import dev.keelson.core.policy.Autonomy;
import dev.keelson.core.policy.Freeze;
import dev.keelson.core.policy.Policies;
import dev.keelson.core.testing.FleetModel;
import dev.keelson.core.testing.OutlookBuilder;
import dev.keelson.core.testing.PoliciesBuilder;
import dev.keelson.core.testing.RandomFleet;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Classes of actions that ask, and act while an approval stands. */
final class GuardedTest {
    private static FleetModel steadyAndThenGuarded() {
        var fleet = new FleetModel(3, 1, 4).run(Duration.ofSeconds(20));
        fleet.policies = PoliciesBuilder.with(Autonomy.GUARDED, 0, 0);
        fleet.decisions.clear();
        return fleet;
    }

    private static Approval approval(
            FleetModel fleet, ActionClass actionClass, @Nullable DeploymentId deployment) {
        return new Approval("ann", actionClass, deployment, fleet.now.plusSeconds(30));
    }

    @Test
    void asksOnceAndActsWhileAnApprovalStands() {
        var fleet = steadyAndThenGuarded();
        fleet.to(fleet.replicas.firstEntry().getValue(), ReplicaState.FAILED, "exit code 1");
        fleet.run(Duration.ofMinutes(1));
        assertThat(fleet.ready()).isZero();
        assertThat(fleet.decisions)
                .singleElement()
                .satisfies(asked -> {
                    assertThat(asked.code()).isEqualTo(Reason.APPROVAL_NEEDED);
                    assertThat(asked.actions()).isEmpty();
                    assertThat(asked.reason())
                            .isEqualTo(
                                    "Starting a replica of chat waits for an approval, since autonomy for"
                                            + " recover is GUARDED: keelson approve recover chat.");
                });
        fleet.approvals.add(approval(fleet, ActionClass.RECOVER, CHAT));
        fleet.run(Duration.ofSeconds(20));
        assertThat(fleet.ready()).isEqualTo(1);

        // It has expired: the next loss is asked for anew.
        fleet.run(Duration.ofSeconds(20));
        fleet.decisions.clear();
        fleet.to(fleet.replicas.lastEntry().getValue(), ReplicaState.FAILED, "exit code 1");
        fleet.run(Duration.ofSeconds(20));
        assertThat(fleet.ready()).isZero();
        assertThat(fleet.decisions)
                .extracting(Decision::code)
                .containsExactly(Reason.CRASH_LOOP, Reason.APPROVAL_NEEDED);
    }

    @Test
    void anApprovalOfAnotherClassOrDeploymentOrUnderAFreezeLetsNothingHappen() {
        var fleet = steadyAndThenGuarded();
        fleet.requestsThere = 18.0;
        fleet.approvals.add(approval(fleet, ActionClass.RECOVER, CHAT));
        fleet.approvals.add(approval(fleet, ActionClass.SCALE, new DeploymentId("other")));
        fleet.run(Duration.ofSeconds(10));
        fleet.freezes.add(new Freeze("bob", "launch", fleet.now.plusSeconds(60), false));
        fleet.approvals.add(approval(fleet, ActionClass.SCALE, null));
        fleet.run(Duration.ofSeconds(10));
        assertThat(fleet.ready()).isEqualTo(1);
        assertThat(fleet.decisions)
                .extracting(Decision::code)
                .containsExactly(Reason.APPROVAL_NEEDED, Reason.FROZEN);
        fleet.freezes.clear();
        fleet.run(Duration.ofSeconds(9));
        assertThat(fleet.memory.deployments().get(CHAT)).matches(m -> m != null && m.wanted() == 4);
    }

    @Test
    void forecastsScaleWhileTheyAreApproved() {
        var fleet = steadyAndThenGuarded();
        fleet.requestsThere = 1.0;
        fleet.forecasts = OutlookBuilder.anOutlook().of(_ -> 2.63);
        fleet.approvals.add(approval(fleet, ActionClass.SCALE, CHAT));
        fleet.run(Duration.ofSeconds(10));
        assertThat(fleet.decisions)
                .extracting(Decision::code)
                .contains(Reason.AUTONOMY)
                .doesNotContain(Reason.APPROVAL_NEEDED);
        assertThat(fleet.memory.deployments().get(CHAT)).matches(m -> m != null && m.wanted() == 1);
        fleet.approvals.add(approval(fleet, ActionClass.FORECAST, CHAT));
        fleet.run(Duration.ofSeconds(10));
        assertThat(fleet.memory.deployments().get(CHAT)).matches(m -> m != null && m.wanted() > 1);
    }

    /** With everything approved it does what AUTO does, and without what ADVISE does. */
    @Test
    void anApprovalMakesItAutomaticAndNoneMakesItAdvice() {
        int acted = 0;
        for (long seed = 0; seed < 2_000; seed++) {
            var fleet = RandomFleet.of(seed);
            var guarded = with(fleet.policies, Autonomy.GUARDED);
            var approved = Planner.plan(approved(fleet.state), fleet.memory, guarded);
            assertThat(approved.actions())
                    .as("seed %d, approved", seed)
                    .isEqualTo(
                            Planner.plan(
                                            fleet.state,
                                            fleet.memory,
                                            with(fleet.policies, Autonomy.AUTO))
                                    .actions());
            assertThat(Planner.plan(fleet.state, fleet.memory, guarded).actions())
                    .as("seed %d, not approved", seed)
                    .isEqualTo(
                            Planner.plan(
                                            fleet.state,
                                            fleet.memory,
                                            with(fleet.policies, Autonomy.ADVISE))
                                    .actions());
            acted += approved.actions().isEmpty() ? 0 : 1;
        }
        assertThat(acted).isGreaterThan(200);
    }

    private static FleetState approved(FleetState s) {
        var approvals =
                List.of(ActionClass.values()).stream()
                        .map(c -> new Approval("ann", c, null, s.observedAt().plusSeconds(1)))
                        .toList();
        return new FleetState(
                s.observedAt(),
                s.epoch(),
                s.control(),
                s.nodes(),
                s.deployments(),
                s.replicas(),
                s.freezes(),
                s.requests(),
                approvals);
    }

    private static Policies with(Policies p, Autonomy autonomy) {
        var levels = new TreeMap<ActionClass, Autonomy>();
        for (var actionClass : ActionClass.values()) {
            levels.put(actionClass, autonomy);
        }
        return new Policies(
                p.hash(),
                p.autoscaling(),
                p.forecasting(),
                p.accelerators(),
                p.recovery(),
                p.spot(),
                levels,
                p.minNodes(),
                p.maxNodes());
    }
}
