package dev.keelson.simulator.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.simulator.baseline.PolicyChoice;
import dev.keelson.simulator.trace.AdapterMix;
import dev.keelson.simulator.trace.Fleet;
import dev.keelson.simulator.trace.Fleet.Gateway.Route;
import dev.keelson.simulator.trace.FleetFile;
import dev.keelson.simulator.trace.Trace;
import dev.keelson.simulator.trace.TraceRequest;
import dev.keelson.simulator.trace.TraceRequest.Label;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What engines keep between requests, prefixes and adapters, in a fleet of them. */
class SharedStateTest {
    private static final int BLOCK = 512;
    private static final int CONVERSATIONS = 12;
    private static final int TURNS = 6;

    @Test
    void oneReplicaFindsEveryTurnThatWasComputedBefore() throws IOException {
        var row = play(fleet("detailed: {blockTokens: 16}", 1, Route.LOAD), conversations());

        // Turn k has k blocks, all but its last from turn k - 1: 0 + 1 + ... + 5 of 1 + ... + 6.
        assertThat(row.met() + row.refused() + row.failed()).isEqualTo(row.requests());
        assertThat(row.prefixHitShare()).isEqualTo(15 * BLOCK / (21.0 * BLOCK + TURNS));
    }

    @Test
    void aRouterThatKnowsTheCachesKeepsConversationsWhereTheyAre() throws IOException {
        var load = play(fleet("detailed: {blockTokens: 16}", 4, Route.LOAD), conversations());
        var cost = play(fleet("detailed: {blockTokens: 16}", 4, Route.COST), conversations());

        assertThat(cost.prefixHitShare()).isGreaterThan(0.6);
        assertThat(load.prefixHitShare()).isLessThan(0.45);
    }

    @Test
    void withoutACacheOrWithoutHashesThereIsNoShareOfHits() throws IOException {
        var fleet = fleet("detailed: {prefixBlockTokens: 0}", 1, Route.LOAD);
        var plain = new Trace("plain", List.of(new TraceRequest(0, 600, 10)), 1);

        assertThat(play(fleet, conversations()).prefixHitShare()).isNull();
        assertThat(
                        play(fleet("detailed: {blockTokens: 16}", 1, Route.LOAD), plain)
                                .prefixHitShare())
                .isNull();
    }

    @Test
    void aRouterThatKnowsTheAdaptersLoadsThemLessOften() throws IOException {
        var lora = "detailed: {lora: {slots: 3, loadMilliseconds: 400}}";
        var trace = new AdapterMix(12, 0).on(even(400), 5);

        var load = play(fleet(lora, 4, Route.LOAD), trace);
        var cost = play(fleet(lora, 4, Route.COST), trace);

        assertThat(load.adapterHitShare()).isBetween(0.1, 0.5);
        assertThat(cost.adapterHitShare()).isGreaterThan(0.9);
        assertThat(cost.ttftSecondsP50()).isLessThan(load.ttftSecondsP50() - 0.3);
        assertThat(
                        play(fleet("detailed: {blockTokens: 16}", 4, Route.LOAD), trace)
                                .adapterHitShare())
                .isNull();
    }

    @Test
    void theMostPopularAdapterIsAskedForByZipfsLaw() {
        var names =
                new AdapterMix(3, 1)
                        .on(even(11_000), 1).stream().map(r -> r.label().adapter()).toList();

        // 1 : 1/2 : 1/3, so 6 of 11.
        assertThat(names.stream().filter("adapter-1"::equals).count()).isBetween(5_800L, 6_200L);
        assertThat(names).contains("adapter-3").doesNotContain("adapter-4");
    }

    @Test
    void enginesThatOrderByPriorityServeTheUrgentFirst() throws IOException {
        var requests = new ArrayList<TraceRequest>();
        for (int i = 0; i < 200; i++) {
            var label = new Label(i % 2 == 0 ? "batch" : "people", "", i % 2 == 0 ? 9 : 0);
            requests.add(new TraceRequest(i * 0.01, 1_500, 40, label));
        }
        var trace = new Trace("rush", requests, 10);

        var arrival = play(fleet("detailed: {order: arrival}", 1, Route.LOAD), trace);
        var priority = play(fleet("detailed: {order: priority}", 1, Route.LOAD), trace);

        assertThat(slowest(priority, "people")).isLessThan(slowest(arrival, "people"));
    }

    private static double slowest(RunResult row, String tenant) {
        return Objects.requireNonNull(row.tenants().get(tenant)).ttftSecondsP99();
    }

    /** Four at a time, in an order of their own, none before its last answer. */
    private static Trace conversations() {
        var random = new SplittableRandom(3);
        var requests = new ArrayList<TraceRequest>();
        for (int turn = 1; turn <= TURNS; turn++) {
            var order = new ArrayList<Integer>();
            for (int c = 0; c < CONVERSATIONS; c++) {
                order.add(random.nextInt(order.size() + 1), c);
            }
            for (int c : order) {
                long first = 1_000L * c;
                requests.add(
                        new TraceRequest(
                                8.0 * Math.floorDiv(requests.size(), 4),
                                turn * BLOCK + 1,
                                4,
                                Label.NONE,
                                LongStream.range(first, first + turn).boxed().toList()));
            }
        }
        return new Trace(
                "conversations", requests.size() * 2.0, BLOCK, List.copyOf(requests)::iterator);
    }

    private static Trace even(int count) {
        var requests = new ArrayList<TraceRequest>();
        for (int i = 0; i < count; i++) {
            requests.add(new TraceRequest(i * 0.5, 200, 4));
        }
        return new Trace("even", requests, count * 0.5);
    }

    private static RunResult play(Fleet fleet, Trace trace) {
        return new FleetStudy(fleet, trace, 1)
                .run(List.of(PolicyChoice.parse("static-peak")), 1, row -> {})
                .getFirst();
    }

    private static Fleet fleet(String engine, int replicas, Route route) throws IOException {
        var text = Files.readString(Path.of("..", "datasets", "fleets", "rtx-4090.yaml"));
        return FleetFile.parse(
                        "fleet.yaml",
                        text.replace(
                                        "engine:\n",
                                        "engine:\n  simulate: detailed\n  %s\n".formatted(engine))
                                .replaceFirst("minReplicas: .*", "minReplicas: " + replicas)
                                .replaceFirst("maxReplicas: .*", "maxReplicas: " + replicas))
                .withRoute(route);
    }
}
