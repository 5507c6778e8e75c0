package dev.keelson.simulator.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.PriorityQueue;

/**
 * One engine on virtual time: requests in, the times of their tokens out. Not thread-safe,
 * single-writer, stepped.
 *
 * <p>The engine's loop is vLLM's. Between two steps it takes what has arrived; it puts a batch
 * together; with a pipeline of two it does so while the step before is still computed, so that a
 * request that arrives in between waits for two steps. Several ranks (data parallel) step together,
 * because the collectives of their expert layers hold them together. A request goes to the rank
 * with the smallest 4 x waiting + running, as vLLM's client does.
 */
public final class EngineSimulator {
    private static final Comparator<EngineRequest> BY_ARRIVAL =
            Comparator.comparingLong(EngineRequest::arrivalNanos)
                    .thenComparingLong(EngineRequest::id);

    private final EngineLimits limits;
    private final StepTimeModel stepTime;
    private final List<RankScheduler> ranks = new ArrayList<>();
    private final PriorityQueue<EngineRequest> inbox = new PriorityQueue<>(BY_ARRIVAL);
    private final Deque<InFlight> inFlight = new ArrayDeque<>();
    private List<RequestTimes> finished = new ArrayList<>();
    private long nowNanos;
    private long acceleratorFreeNanos;
    private long steps;
    private long requestSteps;
    private long busyNanos;

    /**
     * @param dataParallelRanks copies of the engine that step together, at least 1
     */
    public EngineSimulator(EngineLimits limits, StepTimeModel stepTime, int dataParallelRanks) {
        if (dataParallelRanks < 1) {
            throw new IllegalArgumentException(
                    "The dataParallelRanks (%d) must be at least 1.".formatted(dataParallelRanks));
        }
        this.limits = limits;
        this.stepTime = stepTime;
        for (int rank = 0; rank < dataParallelRanks; rank++) {
            ranks.add(new RankScheduler(limits));
        }
    }

    /** Whether the engine could ever serve the request: hold its KV cache, and its adapter. */
    public boolean admits(EngineRequest request) {
        return kvTokens(request) <= limits.kvTokens()
                && (request.adapter() == 0 || limits.lora().maxAdapters() > 0);
    }

    /** Leading prompt tokens that the prefix cache holds now; looking does not count as use. */
    public int cachedTokens(EngineRequest request) {
        return ranks.stream().mapToInt(rank -> rank.cachedTokens(request)).max().orElse(0);
    }

    /** Whether the request's adapter is loaded now, or it needs none. */
    public boolean holdsAdapter(EngineRequest request) {
        return ranks.stream().anyMatch(rank -> rank.holdsAdapter(request.adapter()));
    }

    private static long kvTokens(EngineRequest request) {
        return (long) request.promptTokens() + request.outputTokens();
    }

    /**
     * Puts a request into the input queue. It must not arrive in the past, and the engine must
     * admit it.
     */
    public void submit(EngineRequest request) {
        if (request.arrivalNanos() < nowNanos) {
            throw new IllegalArgumentException(
                    "Request %d arrives at %d ns, but the engine is at %d ns already."
                            .formatted(request.id(), request.arrivalNanos(), nowNanos));
        }
        if (!admits(request)) {
            throw new IllegalArgumentException(
                    "Request %d needs %d KV tokens and adapter %d, but the engine has %d KV tokens and room for %d adapters.\nAsk admits() first and refuse it."
                            .formatted(
                                    request.id(),
                                    kvTokens(request),
                                    request.adapter(),
                                    limits.kvTokens(),
                                    limits.lora().maxAdapters()));
        }
        inbox.add(request);
    }

    /** When something happens next; empty while the engine has nothing to do. */
    public OptionalLong nextEventNanos() {
        if (!inFlight.isEmpty()) {
            return OptionalLong.of(inFlight.peekFirst().endNanos());
        }
        var next = inbox.peek();
        return next == null
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(nowNanos, next.arrivalNanos()));
    }

    /** Lets everything happen that happens until this moment, inclusive. */
    public void advanceTo(long nanos) {
        for (var next = nextEventNanos();
                next.isPresent() && next.getAsLong() <= nanos;
                next = nextEventNanos()) {
            turn(next.getAsLong());
        }
        nowNanos = Math.max(nowNanos, nanos);
    }

    /** Runs until every request is answered. */
    public void drain() {
        for (var next = nextEventNanos(); next.isPresent(); next = nextEventNanos()) {
            turn(next.getAsLong());
        }
    }

    /** The requests that were completed since the last call, in the order of completion. */
    public List<RequestTimes> takeFinished() {
        var taken = finished;
        finished = new ArrayList<>();
        return taken;
    }

    /** Simulates one engine for a list of requests; the result is in their order of completion. */
    public static List<RequestTimes> simulate(
            EngineLimits limits,
            StepTimeModel stepTime,
            int dataParallelRanks,
            List<EngineRequest> requests) {
        var engine = new EngineSimulator(limits, stepTime, dataParallelRanks);
        requests.forEach(engine::submit);
        engine.drain();
        return engine.takeFinished();
    }

    /** How full the engine is now. */
    public Occupancy occupancy() {
        int waiting = inbox.size();
        int running = 0;
        long blocks = 0;
        long prefill = 0;
        long context = 0;
        long generated = 0;
        for (var request : inbox) {
            prefill += request.promptTokens() - cachedTokens(request);
        }
        for (var rank : ranks) {
            waiting += rank.waitingCount();
            running += rank.runningCount();
            blocks += rank.kv().inUse();
            prefill += rank.prefillTokensLeft();
            context += rank.decodeContextTokens();
            generated += rank.generatedTokens();
        }
        return new Occupancy(
                waiting,
                running,
                blocks,
                (long) limits.kvBlocks() * ranks.size(),
                steps,
                requestSteps,
                busyNanos,
                prefill,
                context,
                generated);
    }

    /** Takes out every request that is not answered, in the order of arrival: the engine ends. */
    public List<Unfinished> abandon() {
        var left = new ArrayList<Unfinished>();
        ranks.forEach(rank -> left.addAll(rank.abandon()));
        inbox.forEach(request -> left.add(new Unfinished(request, -1, 0)));
        inbox.clear();
        inFlight.clear();
        left.sort(Comparator.comparing(Unfinished::request, BY_ARRIVAL));
        return left;
    }

    /**
     * A request that was not answered.
     *
     * @param firstTokenNanos when its first token came out; -1 for none
     * @param generatedTokens tokens that came out
     */
    public record Unfinished(EngineRequest request, long firstTokenNanos, int generatedTokens) {}

    /**
     * How full an engine is, and what it has done.
     *
     * @param waiting requests without a place in the batch
     * @param running requests with one
     * @param kvBlocksUsed blocks that running requests hold
     * @param kvBlocksTotal blocks that there are
     * @param steps steps since the start
     * @param requestSteps places in the batches of those steps
     * @param busyNanos time that the accelerator computed
     * @param prefillTokensLeft prompt tokens that are still to be computed; those of waiting
     *     requests that are in the prefix cache now are not
     * @param decodeContextTokens context of the requests that generate
     * @param generatedTokens tokens that came out since the start
     */
    public record Occupancy(
            int waiting,
            int running,
            long kvBlocksUsed,
            long kvBlocksTotal,
            long steps,
            long requestSteps,
            long busyNanos,
            long prefillTokensLeft,
            long decodeContextTokens,
            long generatedTokens) {}

    RankScheduler rank(int index) {
        return ranks.get(index);
    }

    /**
     * One turn of the engine's loop, when its oldest step ends or, if it is idle, when a request
     * arrives.
     */
    private void turn(long atNanos) {
        nowNanos = atNanos;
        if (!inFlight.isEmpty()) {
            var done = inFlight.pollFirst();
            for (int rank = 0; rank < ranks.size(); rank++) {
                finished.addAll(ranks.get(rank).complete(done.batches().get(rank), atNanos));
            }
        }
        takeArrivals();
        while (inFlight.size() < limits.pipelineDepth() && launch()) {
            takeArrivals();
        }
    }

    private void takeArrivals() {
        for (var next = inbox.peek();
                next != null && next.arrivalNanos() <= nowNanos;
                next = inbox.peek()) {
            leastLoaded().enqueue(inbox.remove(), nowNanos);
        }
    }

    private RankScheduler leastLoaded() {
        var best = ranks.getFirst();
        for (var rank : ranks) {
            if (score(rank) < score(best)) {
                best = rank;
            }
        }
        return best;
    }

    private static int score(RankScheduler rank) {
        return 4 * rank.waitingCount() + rank.runningCount();
    }

    private boolean launch() {
        var batches = new ArrayList<Batch>(ranks.size());
        var work = new ArrayList<StepWork>(ranks.size());
        int sequences = 0;
        for (var rank : ranks) {
            var batch = rank.schedule(nowNanos);
            batches.add(batch);
            work.add(batch.work());
            sequences += batch.sequences();
        }
        if (sequences == 0) {
            return false;
        }
        long start = Math.max(nowNanos, acceleratorFreeNanos);
        long length =
                Math.max(1, Math.round((stepTime.stepMicros(work) + extraMicros(batches)) * 1_000));
        acceleratorFreeNanos = start + length;
        inFlight.addLast(new InFlight(batches, acceleratorFreeNanos));
        steps++;
        requestSteps += sequences;
        busyNanos += length;
        return true;
    }

    /** Adapters and drafts; the slowest rank holds up the others. */
    private double extraMicros(List<Batch> batches) {
        double slowest = 0;
        for (var batch : batches) {
            double drafts = batch.decodes() ? limits.speculation().draftMicros() : 0;
            slowest =
                    Math.max(
                            slowest,
                            drafts + limits.lora().micros(batch.adapters(), batch.loads()));
        }
        return slowest;
    }

    private record InFlight(List<Batch> batches, long endNanos) {}
}
