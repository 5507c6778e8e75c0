package dev.keelson.simulator.world;

import dev.keelson.simulator.trace.EngineProfile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Continuous batching with chunked prefill: decodes first, then prefill chunks within one token
 * budget, admission in order of arrival while the KV cache has room, preemption of the latest by
 * recomputation. Steps that only decode differ by nothing but the growing context, so a run of them
 * is taken at once in closed form: the result is that of single steps. Prompts are admitted whole:
 * KV blocks are not rounded.
 */
final class BatchingReplica implements ReplicaModel {
    private final EngineProfile profile;
    private final ArrayDeque<Sequence> waiting = new ArrayDeque<>();

    /** In the order of admission. */
    private final ArrayList<Sequence> prefilling = new ArrayList<>();

    private final ArrayList<Sequence> decoding = new ArrayList<>();

    /** KV of the decoding and of the prefilling, the latter with their whole prompt. */
    private long reservedTokens;

    private long decodeTokens;
    private long decodeSteps;
    private long generated;
    private long steps;

    private boolean busy;
    private double blockStart;
    private double blockEnd;
    private long blockSteps;
    private double firstStep;
    private double stepGrowth;
    private int blockDecodes;
    private final ArrayList<Sequence> chunked = new ArrayList<>();

    BatchingReplica(EngineProfile profile) {
        this.profile = profile;
    }

    @Override
    public void submit(Sequence sequence, double nowSeconds) {
        waiting.add(sequence);
        if (!busy) {
            startBlock(nowSeconds);
        } else if (blockSteps > 1) {
            cutAfter(nowSeconds);
        }
    }

    @Override
    public double nextEventSeconds() {
        return busy ? blockEnd : Double.POSITIVE_INFINITY;
    }

    @Override
    public void advanceTo(double nowSeconds, BiConsumer<Sequence, Double> finished) {
        while (busy && blockEnd <= nowSeconds) {
            endBlock(finished);
            startBlock(blockEnd);
        }
    }

    @Override
    public Load load(double nowSeconds) {
        long done = busy && blockSteps > 1 ? stepsBy(nowSeconds) : 0;
        long fresh = done * blockDecodes;
        double queued = 0;
        for (Sequence s : waiting) {
            queued += s.prefillLeft;
        }
        for (Sequence s : prefilling) {
            queued += s.prefillLeft;
        }
        return new Load(
                prefilling.size() + decoding.size(),
                waiting.size(),
                reservedTokens + fresh,
                queued,
                decodeTokens + fresh,
                generated + fresh,
                steps + done);
    }

    @Override
    public List<Sequence> abandon() {
        var all = new ArrayList<Sequence>(decoding);
        all.addAll(prefilling);
        all.addAll(waiting);
        for (Sequence s : decoding) {
            s.produced = producedBy(s, decodeSteps);
        }
        decoding.clear();
        prefilling.clear();
        waiting.clear();
        reservedTokens = 0;
        decodeTokens = 0;
        busy = false;
        return all;
    }

    private void startBlock(double at) {
        busy = false;
        chunked.clear();
        makeRoom();
        int budget = profile.maxBatchedTokens() - decoding.size();
        double pairs = 0;
        int prefillTokens = 0;
        for (Sequence s : prefilling) {
            int chunk = chunk(s, budget);
            if (chunk > 0) {
                pairs += (double) chunk * (s.contextTokens + chunk / 2.0);
                prefillTokens += chunk;
                budget -= chunk;
            }
        }
        while (budget > 0 && admits()) {
            var s = waiting.removeFirst();
            prefilling.add(s);
            reservedTokens += s.prefillLeft;
            int chunk = chunk(s, budget);
            pairs += (double) chunk * (chunk / 2.0);
            prefillTokens += chunk;
            budget -= chunk;
        }
        blockDecodes = decoding.size();
        if (prefillTokens == 0 && blockDecodes == 0) {
            return;
        }
        busy = true;
        blockStart = at;
        blockSteps = prefillTokens > 0 ? 1 : decodeRun();
        firstStep = profile.stepSeconds(prefillTokens, blockDecodes, (double) decodeTokens, pairs);
        stepGrowth = profile.perKvTokenSeconds() * blockDecodes;
        blockEnd = endAfter(blockSteps);
    }

    /** Tokens of this request that the step computes; noted for the end of the step. */
    private int chunk(Sequence s, int budget) {
        int chunk = Math.min(s.prefillLeft, budget);
        if (chunk > 0) {
            chunked.add(s);
            s.chunk = chunk;
        }
        return chunk;
    }

    private boolean admits() {
        if (waiting.isEmpty() || prefilling.size() + decoding.size() >= profile.maxSequences()) {
            return false;
        }
        long need = waiting.getFirst().prefillLeft + 1L;
        boolean fits = reservedTokens + need + decoding.size() <= profile.kvTokens();
        // A prompt longer than the whole cache would wait for ever: it runs alone.
        return fits || (prefilling.isEmpty() && decoding.isEmpty());
    }

    /** Steps until the first of the batch is complete or the KV cache is full. */
    private long decodeRun() {
        long first = Long.MAX_VALUE;
        for (Sequence s : decoding) {
            first = Math.min(first, s.finishAtStep);
        }
        long room = Math.max(1, (profile.kvTokens() - reservedTokens) / decoding.size());
        return Math.max(1, Math.min(first - decodeSteps, room));
    }

    /** Preempts the latest until each decoding request has room for its next token. */
    private void makeRoom() {
        while (reservedTokens + decoding.size() > profile.kvTokens()
                && decoding.size() + prefilling.size() > 1) {
            Sequence last;
            if (!prefilling.isEmpty()) {
                last = prefilling.removeLast();
                reservedTokens -= last.contextTokens + last.prefillLeft;
            } else {
                last = decoding.removeLast();
                last.produced = producedBy(last, decodeSteps);
                int context = last.promptTokens + last.produced;
                reservedTokens -= context;
                decodeTokens -= context;
            }
            last.evict();
            waiting.addFirst(last);
        }
    }

    private double endAfter(long count) {
        return blockStart + count * firstStep + stepGrowth * (count * (count - 1.0) / 2);
    }

    /** Ends the run at the first step boundary that is not before the given time. */
    private void cutAfter(double nowSeconds) {
        long complete = stepsBy(nowSeconds);
        if (complete > 0 && endAfter(complete) >= nowSeconds) {
            blockSteps = complete;
        } else {
            blockSteps = Math.min(blockSteps, complete + 1);
        }
        blockEnd = endAfter(blockSteps);
    }

    /** Steps of the run that are complete by then, fewer than all. */
    private long stepsBy(double nowSeconds) {
        long low = 0;
        long high = blockSteps - 1;
        while (low < high) {
            long middle = (low + high + 1) >>> 1;
            if (endAfter(middle) <= nowSeconds) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private void endBlock(BiConsumer<Sequence, Double> finished) {
        steps += blockSteps;
        decodeSteps += blockSteps;
        long tokens = blockSteps * blockDecodes;
        generated += tokens;
        reservedTokens += tokens;
        decodeTokens += tokens;
        finish(finished);
        for (Sequence s : chunked) {
            s.prefillLeft -= s.chunk;
            s.contextTokens += s.chunk;
            if (s.prefillLeft == 0) {
                prefilling.remove(s);
                firstToken(s, finished);
            }
        }
    }

    private void finish(BiConsumer<Sequence, Double> finished) {
        int kept = 0;
        for (int i = 0; i < decoding.size(); i++) {
            var s = decoding.get(i);
            if (s.finishAtStep > decodeSteps) {
                decoding.set(kept++, s);
                continue;
            }
            s.produced = s.outputTokens;
            int context = s.promptTokens + s.outputTokens;
            reservedTokens -= context;
            decodeTokens -= context;
            finished.accept(s, blockEnd);
        }
        decoding.subList(kept, decoding.size()).clear();
    }

    private void firstToken(Sequence s, BiConsumer<Sequence, Double> finished) {
        if (Double.isNaN(s.firstTokenSeconds)) {
            s.firstTokenSeconds = blockEnd;
        }
        s.produced++;
        generated++;
        reservedTokens++;
        int context = s.promptTokens + s.produced;
        if (s.produced >= s.outputTokens) {
            reservedTokens -= context;
            finished.accept(s, blockEnd);
            return;
        }
        s.contextTokens = context;
        s.finishAtStep = decodeSteps + s.outputTokens - s.produced;
        decodeTokens += context;
        decoding.add(s);
    }

    private static int producedBy(Sequence s, long step) {
        return (int) (s.outputTokens - (s.finishAtStep - step));
    }
}
