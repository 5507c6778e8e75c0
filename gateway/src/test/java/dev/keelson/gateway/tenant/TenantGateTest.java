package dev.keelson.gateway.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.core.tenant.LimitShares;
import dev.keelson.protocol.v1.RoutedTenant;
import dev.keelson.protocol.v1.RoutingTable;
import dev.keelson.protocol.v1.TenantLoad;
import dev.keelson.protocol.v1.TenantRate;
import dev.keelson.protocol.v1.TenantShare;
import dev.keelson.protocol.v1.TenantShares;
import dev.keelson.serving.openai.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Limits on a clock of their own. */
class TenantGateTest {
    private static final String KEY = "Bearer sk-acme";
    private static final Duration STEP = Duration.ofMillis(20);
    private static final int STEPS_PER_REPORT = 50;

    private long now;

    @Test
    void whatAnswersAfterRetryAfterIsLetIn() throws Exception {
        var caller = gate(1, acme().setRequests(rate(0.25, 2))).caller(KEY);
        caller.enter(10, now);
        caller.enter(10, now);

        assertThatThrownBy(() -> caller.enter(10, now))
                .isInstanceOfSatisfying(
                        LimitReachedException.class,
                        e -> {
                            assertThat(e.limit()).isEqualTo("requests");
                            assertThat(e.retryAfterSeconds()).isEqualTo(4);
                        });
        after(Duration.ofSeconds(4));
        caller.enter(10, now);
    }

    @Test
    void tokensAreChargedAsExpectedAndCorrectedToWhatWasUsed() throws Exception {
        var caller = gate(1, acme().setTokens(rate(10, 100))).caller(KEY);
        caller.enter(80, now);
        assertThatThrownBy(() -> caller.enter(80, now)).hasMessageContaining("tokens a minute");

        caller.leave(80, 20);
        caller.enter(80, now);
        caller.leave(80, 130); // more than expected: paid for afterwards
        after(Duration.ofSeconds(5));
        assertThatThrownBy(() -> caller.enter(1, now)).hasMessageContaining("tokens a minute");
        after(Duration.ofSeconds(1));
        caller.enter(1, now);
    }

    @Test
    void aGatewayHoldsItsLastPartUntilItHearsOfAnother() throws Exception {
        var gate = gate(2, acme().setConcurrency(4));
        var caller = gate.caller(KEY);
        caller.enter(1, now);
        caller.enter(1, now);
        assertThatThrownBy(() -> caller.enter(1, now)).hasMessageContaining("wait or run");

        gate.update(shares(TenantShare.newBuilder().setConcurrency(3)));
        caller.enter(1, now);
        after(Duration.ofHours(10));
        assertThatThrownBy(() -> caller.enter(1, now)).hasMessageContaining("wait or run");
        gate.update(table(2, acme().setConcurrency(4))); // the same table again
        assertThatThrownBy(() -> caller.enter(1, now)).hasMessageContaining("wait or run");
        caller.leave(1, 1);
        caller.enter(1, now);
    }

    @Test
    void aRemovedKeyIsUnknownAtOnceAndWhatRunsStillEnds() throws Exception {
        var gate = gate(1, acme().setConcurrency(1));
        var caller = gate.caller(KEY);
        caller.enter(1, now);
        gate.update(
                table(
                        1,
                        RoutedTenant.newBuilder()
                                .setTenant("beta")
                                .addKeySha256(sha256("sk-beta"))));

        assertThatThrownBy(() -> gate.caller(KEY)).isInstanceOf(InvalidRequestException.class);
        caller.leave(1, 1);
        gate.update(RoutingTable.getDefaultInstance());
        assertThat(gate.caller("whatever").name()).isEqualTo(TenantGate.DEFAULT);
    }

    /**
     * Three gateways whose parts are divided once a second by what they report, while the load
     * moves from one to another: together they let in no more than one bucket would, and most of
     * that.
     */
    @Test
    void limitsHoldOverSeveralGatewaysWhileTheLoadMoves() throws Exception {
        double perSecond = 20;
        double burst = 30;
        int places = 7;
        for (long seed = 0; seed < 30; seed++) {
            now = 0;
            var random = new SplittableRandom(seed);
            var tenant = acme().setRequests(rate(perSecond, burst)).setConcurrency(places);
            var gates = List.of(gate(3, tenant), gate(3, tenant), gate(3, tenant));
            List<Deque<Long>> running =
                    List.of(new ArrayDeque<>(), new ArrayDeque<>(), new ArrayDeque<>());
            int entered = 0;
            int asked = 0;
            int busy = 0;
            for (int step = 0; step < 60 * STEPS_PER_REPORT; step++) {
                if (step % STEPS_PER_REPORT == 0) {
                    divide(gates, perSecond, places);
                    busy = random.nextInt(4) == 0 ? random.nextInt(3) : busy;
                }
                int at = random.nextInt(8) == 0 ? random.nextInt(3) : busy;
                for (int i = 0; i < 3; i++) {
                    Deque<Long> there = running.get(i);
                    while (!there.isEmpty() && there.peekFirst() <= now) {
                        there.removeFirst();
                        gates.get(i).caller(KEY).leave(1, 1);
                    }
                }
                asked++;
                try {
                    gates.get(at).caller(KEY).enter(1, now);
                    entered++;
                    running.get(at).addLast(now + Duration.ofMillis(200).toNanos());
                } catch (LimitReachedException e) {
                    assertThat(e.retryAfterSeconds()).isPositive();
                }
                after(STEP);
                assertThat(entered)
                        .as("seed %d, step %d", seed, step)
                        // A part below one request still lets one in: two more at most.
                        .isLessThanOrEqualTo((int) (burst + 2 + perSecond * now / 1e9) + 1);
            }
            assertThat(asked).isEqualTo(3000);
            // The load moves about every 4 s, and the parts follow within a second or two.
            assertThat(entered).as("seed %d", seed).isGreaterThan((int) (0.6 * perSecond * 60));
        }
    }

    private static void divide(List<TenantGate> gates, double perSecond, int places) {
        SortedMap<String, Double> requests = new TreeMap<>();
        SortedMap<String, Double> concurrency = new TreeMap<>();
        for (int i = 0; i < gates.size(); i++) {
            TenantLoad load =
                    gates.get(i).loads().stream()
                            .findFirst()
                            .orElse(TenantLoad.getDefaultInstance());
            requests.put("g" + i, load.getRequestsPerSecond());
            concurrency.put("g" + i, load.getConcurrency());
        }
        var fractions = LimitShares.fractions(perSecond, requests);
        var whole = LimitShares.whole(places, concurrency);
        for (int i = 0; i < gates.size(); i++) {
            gates.get(i)
                    .update(
                            shares(
                                    TenantShare.newBuilder()
                                            .setRequestFraction(
                                                    fractions.getOrDefault("g" + i, 0.0))
                                            .setConcurrency(whole.getOrDefault("g" + i, 0))));
        }
    }

    private TenantGate gate(int gateways, RoutedTenant.Builder tenant) {
        var gate = new TenantGate(() -> now);
        gate.update(table(gateways, tenant));
        return gate;
    }

    private static RoutingTable table(int gateways, RoutedTenant.Builder tenant) {
        return RoutingTable.newBuilder().addTenants(tenant).setGateways(gateways).build();
    }

    private static RoutedTenant.Builder acme() throws Exception {
        return RoutedTenant.newBuilder()
                .setTenant("acme")
                .setWeight(1)
                .addKeySha256(sha256("sk-acme"));
    }

    private static TenantShares shares(TenantShare.Builder share) {
        return TenantShares.newBuilder().addShares(share.setTenant("acme")).build();
    }

    private static TenantRate rate(double perSecond, double burst) {
        return TenantRate.newBuilder().setPerSecond(perSecond).setBurst(burst).build();
    }

    private static com.google.protobuf.ByteString sha256(String key) throws Exception {
        return com.google.protobuf.ByteString.copyFrom(
                MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
    }

    private void after(Duration duration) {
        now += duration.toNanos();
    }
}
