package dev.keelson.core.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FairQueueTest {
    private static final int SEEDS = 300;
    private static final int STEPS = 400;
    private static final double MOST_COST = 100;
    private static final double ROUNDING = 1e-6;

    private record Job(int tenant, double cost) {}

    /** Two tenants while both wait: how far their work ÷ weight ran apart. */
    private static final class Pair {
        private double least;
        private double most;

        void restart() {
            least = Double.POSITIVE_INFINITY;
            most = Double.NEGATIVE_INFINITY;
        }

        void see(double difference) {
            least = Math.min(least, difference);
            most = Math.max(most, difference);
        }
    }

    /** A server with {@code places}; what a request costs is charged, or known when it ends. */
    private static final class Server {
        final SplittableRandom random;
        final int places;
        final FairQueue<Job> queue = new FairQueue<>();
        final double[] weights;
        final double[] given;
        final int[] waiting;
        final Deque<Job> running = new ArrayDeque<>();
        final boolean late;

        Server(long seed, int places, boolean late) {
            random = new SplittableRandom(seed);
            this.places = places;
            this.late = late;
            int tenants = random.nextInt(2, 6);
            weights = random.doubles(tenants, 0.5, 4).toArray();
            given = new double[tenants];
            waiting = new int[tenants];
        }

        void arrive() {
            int tenant = random.nextInt(weights.length);
            // Some come in floods, some send little and seldom.
            int count = random.nextInt(4) == 0 ? random.nextInt(1, 12) : 1;
            double most = tenant % 2 == 0 ? MOST_COST : MOST_COST / 10;
            for (int i = 0; i < count; i++) {
                Job job = new Job(tenant, random.nextDouble(1, most));
                queue.add("t" + tenant, weights[tenant], job, late ? 1 : job.cost());
                waiting[tenant]++;
            }
        }

        void serve() {
            if (running.size() == places) {
                end();
            }
            Job job = queue.poll(Function.identity());
            if (job != null) {
                waiting[job.tenant()]--;
                given[job.tenant()] += job.cost() / weights[job.tenant()];
                running.addLast(job);
            }
        }

        private void end() {
            Job ended = running.removeFirst();
            if (late) {
                queue.correct("t" + ended.tenant(), ended.cost() - 1);
            }
        }

        boolean bothWait(int a, int b) {
            return waiting[a] > 0 && waiting[b] > 0;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void theWorkOfTwoThatWaitDiffersByAtMostARequestOfEach(int places) {
        for (long seed = 0; seed < SEEDS; seed++) {
            assertBound(seed, new Server(seed, places, false), 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void workThatIsKnownLateLoosensTheBoundByWhatIsInService(int places) {
        for (long seed = 0; seed < SEEDS; seed++) {
            assertBound(seed, new Server(seed, places, true), 1 + places);
        }
    }

    private static void assertBound(long seed, Server server, int requests) {
        int tenants = server.weights.length;
        Pair[][] pairs = new Pair[tenants][tenants];
        for (Pair[] row : pairs) {
            for (int b = 0; b < tenants; b++) {
                row[b] = new Pair();
                row[b].restart();
            }
        }
        for (int step = 0; step < STEPS; step++) {
            if (server.random.nextInt(3) == 0) {
                server.arrive();
            }
            server.serve();
            for (int a = 0; a < tenants; a++) {
                for (int b = 0; b < a; b++) {
                    if (!server.bothWait(a, b)) {
                        pairs[a][b].restart();
                        continue;
                    }
                    pairs[a][b].see(server.given[a] - server.given[b]);
                    assertThat(pairs[a][b].most - pairs[a][b].least)
                            .as("seed %d, step %d, tenants %d and %d", seed, step, a, b)
                            .isLessThanOrEqualTo(
                                    requests * MOST_COST / server.weights[a]
                                            + requests * MOST_COST / server.weights[b]
                                            + ROUNDING);
                }
            }
        }
    }

    @Test
    void aTenantIsServedInItsOwnOrderAndNobodyIsForgotten() {
        for (long seed = 0; seed < SEEDS; seed++) {
            var random = new SplittableRandom(seed);
            var queue = new FairQueue<Job>();
            List<List<Job>> came = new ArrayList<>();
            List<List<Job>> went = new ArrayList<>();
            for (int tenant = 0; tenant < 4; tenant++) {
                came.add(new ArrayList<>());
                went.add(new ArrayList<>());
            }
            for (int i = 0; i < 100; i++) {
                Job job = new Job(random.nextInt(4), random.nextDouble(1, MOST_COST));
                queue.add("t" + job.tenant(), 1, job, job.cost());
                came.get(job.tenant()).add(job);
            }
            for (Job job = queue.poll(Function.identity());
                    job != null;
                    job = queue.poll(Function.identity())) {
                went.get(job.tenant()).add(job);
            }
            assertThat(went).as("seed %d", seed).isEqualTo(came);
        }
    }

    @Test
    void whoWasIdleSavesNothingUpAndIsNotPunishedForTimesWhenNobodyWaited() {
        var queue = new FairQueue<String>();
        for (int i = 0; i < 50; i++) {
            queue.charge("busy", 1, 100); // served at once, nobody waited
        }
        queue.add("busy", 1, "busy 1", 10);
        queue.add("new", 1, "new 1", 10);
        queue.add("busy", 1, "busy 2", 10);
        queue.add("new", 1, "new 2", 10);

        // The newcomer is lifted to where the last service began: one request of the other ahead.
        assertThat(drain(queue)).containsExactly("new 1", "new 2", "busy 1", "busy 2");
    }

    @Test
    void whatWaitsAgainGoesFirstAndWhatCannotBeServedIsPassedOver() {
        var queue = new FairQueue<String>();
        queue.add("a", 1, "first", 1);
        queue.add("a", 1, "second", 1);
        queue.addAgain("again");

        String taken = queue.poll(item -> item.equals("second") ? item : null);
        assertThat(taken).isEqualTo("second");
        assertThat(drain(queue)).containsExactly("again", "first");
    }

    @Test
    void aFullQueueMakesRoomAtTheCostOfWhoFilledIt() {
        var queue = new FairQueue<String>();
        for (int i = 0; i < 4; i++) {
            queue.add("flood", 1, "flood " + i, 1);
        }
        queue.add("heavy", 4, "heavy 0", 1);

        assertThat(queue.displaceFor("small", 1)).isEqualTo("flood 3");
        queue.add("small", 1, "small 0", 1);
        assertThat(queue.displaceFor("small", 1)).isEqualTo("flood 2");
        queue.add("small", 1, "small 1", 1);
        assertThat(queue.displaceFor("small", 1)).isNull();
        assertThat(queue.displaceFor("flood", 1)).isNull();
        assertThat(queue.size()).isEqualTo(5);
    }

    @Test
    void whatLeavesIsServedToNobody() {
        var queue = new FairQueue<String>();
        queue.add("a", 1, "stays", 1);
        queue.add("a", 1, "leaves", 1);
        queue.addAgain("leaves too");

        assertThat(queue.remove("leaves")).isTrue();
        assertThat(queue.remove("leaves too")).isTrue();
        assertThat(queue.remove("leaves")).isFalse();
        assertThat(queue.all()).containsExactly("stays");
        assertThat(drain(queue)).containsExactly("stays");
    }

    private static List<String> drain(FairQueue<String> queue) {
        List<String> order = new ArrayList<>();
        for (String next = queue.poll(Function.identity());
                next != null;
                next = queue.poll(Function.identity())) {
            order.add(next);
        }
        return order;
    }
}
