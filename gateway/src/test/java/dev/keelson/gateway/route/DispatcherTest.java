package dev.keelson.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.route.LeastCost;
import dev.keelson.protocol.v1.ReplicaPhase;
import dev.keelson.protocol.v1.RoutedDeployment;
import dev.keelson.protocol.v1.RoutedReplica;
import dev.keelson.protocol.v1.RoutingTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Placement on a clock of its own; nothing is sent anywhere. */
class DispatcherTest {
    private static final Duration SLOW_START = Duration.ofSeconds(10);
    private static final int QUEUE = 100;
    private static final Duration EJECTION = Duration.ofSeconds(30);
    private static final Duration ADAPTER_SWITCH = Duration.ofMillis(50);

    private long now;
    private final Dispatcher dispatcher =
            new Dispatcher(
                    () -> now,
                    QUEUE,
                    new RoutingSettings(new LeastCost(), SLOW_START, EJECTION, ADAPTER_SWITCH));
    private long version;

    @Test
    void aNewReplicaGetsItsShareLittleByLittle() throws Exception {
        table("old");
        after(SLOW_START);
        table("old", "new");

        // 8 places and 2 in reserve each: of the new one's, a tenth is warm after a second.
        after(Duration.ofSeconds(1));
        assertThat(replicasOf(place(6))).containsOnlyOnce("new");
        after(Duration.ofSeconds(4));
        assertThat(replicasOf(place(8)).stream().filter("new"::equals)).hasSize(4);
    }

    @Test
    void aNewReplicaTakesEverythingThatNoOtherHasRoomFor() throws Exception {
        table("old");
        after(SLOW_START);
        table("old", "new");

        assertThat(replicasOf(place(20)).stream().filter("new"::equals)).hasSize(10);
    }

    @Test
    void aReplicaThatFailsHalfOfItsRequestsIsEjectedForAWhile() throws Exception {
        table("bad", "good");
        after(SLOW_START);
        failHalfOn("bad");
        dispatcher.tick();

        assertThat(dispatcher.ejected()).isEqualTo(1);
        assertThat(replicasOf(finished(place(6)))).containsOnly("good");
        after(EJECTION.plusSeconds(1));
        assertThat(dispatcher.ejected()).isZero();
        assertThat(replicasOf(place(6))).contains("bad");
    }

    @Test
    void atMostHalfOfTheReplicasAreEjected() throws Exception {
        table("a", "b", "c");
        after(SLOW_START);
        failHalfOn("a");
        failHalfOn("b");
        failHalfOn("c");
        dispatcher.tick();

        assertThat(dispatcher.ejected()).isEqualTo(1);
        after(Duration.ofSeconds(17)); // beyond the back-off after single failures
        assertThat(place(1)).hasSize(1);
    }

    @Test
    void aTenantThatFloodsTheQueueDelaysAnotherByOneRequest() throws Exception {
        table("a");
        after(SLOW_START);
        List<Attempt> running = place(10);
        List<String> served = new CopyOnWriteArrayList<>();
        List<Thread> waiting = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiting.add(await("flood", 500, served));
        }
        waiting.add(await("small", 500, served));
        waiting.add(await("small", 500, served));

        running.subList(0, 4).forEach(place -> dispatcher.release(place, Attempt.End.SUCCEEDED));
        eventually(() -> served.size() == 4);
        assertThat(served).filteredOn("small"::equals).hasSize(2);
        for (Thread thread : waiting) {
            thread.interrupt();
            thread.join();
        }
    }

    @Test
    void aFullQueueHasRoomForATenantThatHasLittleInIt() throws Exception {
        table("a");
        after(SLOW_START);
        place(10);
        List<String> served = new CopyOnWriteArrayList<>();
        List<Thread> waiting = new ArrayList<>();
        for (int i = 0; i < QUEUE; i++) {
            waiting.add(await("flood", 1, served));
        }

        assertThat(dispatcher.acquire(ticket("flood", 1))).isEqualTo(Grant.Refusal.QUEUE_FULL);
        waiting.add(await("small", 1, served)); // waits; the newest of the flood is refused
        eventually(() -> waiting.stream().filter(Thread::isAlive).count() == QUEUE);
        assertThat(dispatcher.snapshot().getFirst().queued()).isEqualTo(QUEUE);
        for (Thread thread : waiting) {
            thread.interrupt();
            thread.join();
        }
    }

    private static void eventually(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).isNegative();
            Thread.sleep(1);
        }
    }

    private Ticket ticket(String tenant, double work) {
        return dispatcher.arrive(
                new Target("chat", null), Duration.ofSeconds(60), 0, new Claim(tenant, 1, work));
    }

    // Waits on a thread of its own; returns once it stands in the queue.
    private Thread await(String tenant, double work, List<String> served)
            throws InterruptedException {
        int queued = dispatcher.snapshot().getFirst().queued();
        Thread thread =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                if (dispatcher.acquire(ticket(tenant, work))
                                        instanceof Grant.Place) {
                                    served.add(tenant);
                                }
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        eventually(() ->
                !thread.isAlive()
                        || dispatcher.snapshot().getFirst().queued() > queued
                        || (queued == QUEUE && thread.getState() == Thread.State.TIMED_WAITING));
        return thread;
    }

    @Test
    void theDeathOfAReplicaWithManyRequestsIsNoReasonToEjectTheNextOfItsName() throws Exception {
        table("a", "b");
        after(SLOW_START);
        place(8).forEach(attempt -> dispatcher.release(attempt, Attempt.End.LOST));
        dispatcher.tick();

        assertThat(dispatcher.ejected()).isZero();
    }

    @Test
    void aStreamWhoseClientDoesNotReadIsNotMovedAndItsReplicaNotBlamed() throws Exception {
        table("a", "b");
        Attempt stream = place(1).getFirst();
        dispatcher.firstToken(stream);
        stream.movable(true);
        stream.held();
        after(Duration.ofSeconds(20));
        dispatcher.tick();

        assertThat(stream.aborted()).isNull();
        assertThat(dispatcher.snapshot().getFirst().replicas().getFirst().progressAgeMs()).isNull();
        assertThat(replicasOf(place(2))).contains(stream.replica());

        stream.taken(now);
        after(Duration.ofSeconds(2));
        dispatcher.tick();
        assertThat(stream.aborted()).isNull();
        after(Duration.ofSeconds(2));
        dispatcher.tick();
        assertThat(stream.aborted()).isEqualTo(Attempt.Abort.STALLED);
    }

    @Test
    void aStreamThatNoOtherReplicaCanTakeUpNowIsGivenLonger() throws Exception {
        table("a", "b");
        Attempt stream = place(1).getFirst();
        dispatcher.firstToken(stream);
        stream.movable(true);
        stream.movable(false); // two tokens came at once: the last may be a part of a character
        after(Duration.ofSeconds(20));
        dispatcher.tick();
        assertThat(stream.aborted()).isNull();

        after(Duration.ofSeconds(41));
        dispatcher.tick();
        assertThat(stream.aborted()).isEqualTo(Attempt.Abort.STALLED);
    }

    @Test
    void aStreamThatMustStayOnItsRevisionGoesToNoOther() throws Exception {
        table(Map.of("a", 1, "b", 2));
        Attempt stream = place(1).getFirst();
        dispatcher.firstToken(stream);
        stream.movable(true);
        stream.keepRevision();
        after(Duration.ofSeconds(20));
        dispatcher.tick();
        assertThat(stream.aborted()).as("no other of its revision").isNull();

        table(Map.of("a", 1, "b", 2, "c", stream.replica().equals("a") ? 1 : 2));
        dispatcher.tick();
        assertThat(stream.aborted()).isEqualTo(Attempt.Abort.STALLED);
        dispatcher.release(stream, Attempt.End.FAILED);
        Ticket ticket = stream.ticket();
        dispatcher.resume(ticket, Duration.ofSeconds(30));
        assertThat(dispatcher.acquire(ticket))
                .isInstanceOfSatisfying(
                        Grant.Place.class,
                        place -> assertThat(place.attempt().replica()).isEqualTo("c"));
    }

    private void failHalfOn(String replica) throws InterruptedException {
        for (int i = 0; i < 4; i++) {
            Attempt attempt = null;
            List<Attempt> others = new ArrayList<>();
            while (attempt == null) {
                Attempt next = place(1).getFirst();
                if (next.replica().equals(replica)) {
                    attempt = next;
                } else {
                    others.add(next);
                }
            }
            others.forEach(other -> dispatcher.release(other, Attempt.End.NEUTRAL));
            dispatcher.release(attempt, i % 2 == 0 ? Attempt.End.SUCCEEDED : Attempt.End.FAILED);
            after(Duration.ofMillis(600));
        }
    }

    @Test
    void aRequestGoesWhereItsAdapterIsLoadedWhileThereIsRoom() throws Exception {
        table("a", "b");
        after(SLOW_START);
        String first = place("polite", 1).getFirst().replica();
        String other = first.equals("a") ? "b" : "a";

        assertThat(replicasOf(place("polite", 7))).containsOnly(first);
        // Its queue is longer than the other takes to load it.
        assertThat(replicasOf(place("polite", 1))).containsOnly(other);
    }

    @Test
    void theModelItselfGoesToTheFewestInFlightWhateverAdaptersAreLoaded() throws Exception {
        table("a", "b");
        after(SLOW_START);
        String first = place("polite", 1).getFirst().replica();

        assertThat(replicasOf(place(1))).doesNotContain(first);
    }

    @Test
    void anAdapterThatHadToMakeRoomCountsAsGone() throws Exception {
        table("a");
        after(SLOW_START);
        // Two slots: the third takes the place of the first.
        for (String adapter : List.of("polite", "bullets", "verse")) {
            finished(place(adapter, 1));
        }
        table("a", "b");
        after(SLOW_START);

        assertThat(withOneMoreOn("a", "bullets")).isEqualTo("a");
        assertThat(withOneMoreOn("a", "polite")).isEqualTo("b");
    }

    @Test
    void anEngineThatWasLostHoldsNoAdapter() throws Exception {
        table("a", "b");
        after(SLOW_START);
        Attempt lost = place("polite", 1).getFirst();
        dispatcher.release(lost, Attempt.End.LOST);
        after(Duration.ofMillis(600));
        finished(place(2)); // it was tried again, and serves

        assertThat(withOneMoreOn(lost.replica(), "polite")).isNotEqualTo(lost.replica());
    }

    // Where one request of the adapter goes while the replica has one more than the other.
    private String withOneMoreOn(String replica, String adapter) throws InterruptedException {
        List<Attempt> base = place(2);
        for (Attempt attempt : base) {
            if (!attempt.replica().equals(replica)) {
                dispatcher.release(attempt, Attempt.End.NEUTRAL);
            }
        }
        Attempt placed = place(adapter, 1).getFirst();
        finished(List.of(placed));
        finished(base);
        return placed.replica();
    }

    private List<Attempt> place(int requests) throws InterruptedException {
        return place(null, requests);
    }

    private List<Attempt> place(@Nullable String adapter, int requests)
            throws InterruptedException {
        List<Attempt> placed = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            Ticket ticket =
                    dispatcher.arrive(
                            new Target("chat", adapter),
                            Duration.ofSeconds(60),
                            0,
                            new Claim("default", 1, 1));
            if (dispatcher.acquire(ticket) instanceof Grant.Place(Attempt attempt)) {
                placed.add(attempt);
            }
        }
        return placed;
    }

    private List<Attempt> finished(List<Attempt> attempts) {
        attempts.forEach(attempt -> dispatcher.release(attempt, Attempt.End.SUCCEEDED));
        return attempts;
    }

    private static List<String> replicasOf(List<Attempt> attempts) {
        return attempts.stream().map(Attempt::replica).toList();
    }

    private void after(Duration time) {
        now += time.toNanos();
    }

    private void table(String... replicas) {
        table(Arrays.stream(replicas).collect(Collectors.toMap(name -> name, _ -> 0)));
    }

    /**
     * @param replicas name to revision
     */
    private void table(Map<String, Integer> replicas) {
        RoutedDeployment.Builder chat = RoutedDeployment.newBuilder().setDeployment("chat");
        new TreeMap<>(replicas)
                .forEach((replica, revision) ->
                        chat.addReplicas(
                                RoutedReplica.newBuilder()
                                        .setReplica(replica)
                                        .setNode("node-of-" + replica)
                                        .setUrl("http://127.0.0.1:1")
                                        .setPhase(ReplicaPhase.READY)
                                        .setMaxSequences(8)
                                        .setRevision(revision)
                                        .addAllAdapters(List.of("polite", "bullets", "verse"))
                                        .setAdapterSlots(2)));
        dispatcher.update(
                RoutingTable.newBuilder()
                        .setEpoch(1)
                        .setVersion(++version)
                        .addDeployments(chat)
                        .build());
    }
}
