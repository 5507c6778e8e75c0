package dev.keelson.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.fleet.ReplicaId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteChoiceTest {
    @Test
    void prefersTheShorterWaitOverTheShorterQueue() {
        var slow = view("a", 9, 8, 8.0);
        var fast = view("b", 11, 8, 1.0);

        assertThat(RouteChoice.choose(List.of(slow, fast), 4)).contains(new ReplicaId("b"));
    }

    @Test
    void spreadsWhereNobodyWaitsAndBreaksTiesByName() {
        assertThat(RouteChoice.choose(List.of(view("a", 3, 8, 1), view("b", 1, 8, 1)), 2))
                .contains(new ReplicaId("b"));
        assertThat(RouteChoice.choose(List.of(view("b", 1, 8, 1), view("a", 1, 8, 1)), 2))
                .contains(new ReplicaId("a"));
    }

    @Test
    void leavesTheRequestWaitingWhenAllAreFull() {
        assertThat(RouteChoice.choose(List.of(view("a", 10, 8, 1), view("b", 3, 1, 1)), 2))
                .isEmpty();
        assertThat(RouteChoice.choose(List.of(), 2)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void neverOverfillsAndDoesNotDependOnTheOrderOfTheViews(long seed) {
        var random = new Random(seed);
        var views = new ArrayList<ReplicaView>();
        for (int i = 0; i < 12; i++) {
            views.add(
                    view(
                            "r" + i,
                            random.nextInt(12),
                            1 + random.nextInt(8),
                            0.1 + random.nextDouble()));
        }
        var chosen = RouteChoice.choose(views, 2);
        Collections.shuffle(views, random);

        assertThat(RouteChoice.choose(views, 2)).isEqualTo(chosen);
        for (var view : views) {
            if (chosen.isPresent() && view.id().equals(chosen.get())) {
                assertThat(view.inFlight()).isLessThan(view.maxSequences() + 2);
            }
        }
    }

    @Test
    void aQueueThatIsLongerThanALoadOutweighsAnAdapterThatIsThere() {
        var loaded = view("a", 2, 2, 1); // a wait of half a second
        var quick = new ReplicaView(new ReplicaId("b"), 2, 2, 1, 0.1);
        var idle = new ReplicaView(new ReplicaId("c"), 0, 2, 1, 0.1);
        var slow = new ReplicaView(new ReplicaId("d"), 0, 2, 1, 0.6);

        assertThat(RouteChoice.choose(List.of(loaded, quick), 2)).contains(loaded.id());
        assertThat(RouteChoice.choose(List.of(loaded, idle), 2)).contains(idle.id());
        assertThat(RouteChoice.choose(List.of(loaded, slow), 2)).contains(loaded.id());
    }

    private static ReplicaView view(String id, int inFlight, int maxSequences, double seconds) {
        return new ReplicaView(new ReplicaId(id), inFlight, maxSequences, seconds);
    }
}
