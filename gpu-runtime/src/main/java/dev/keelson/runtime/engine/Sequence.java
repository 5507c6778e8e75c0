package dev.keelson.runtime.engine;

import dev.keelson.runtime.tokenizer.IntList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One answer inside the scheduler: its tokens, how many of them are in the cache, and the blocks
 * that hold them.
 */
final class Sequence {
    private final long id;
    private final EngineRequest request;
    private final SamplingParameters parameters;
    private final @Nullable Sequence leader;
    private final IntList tokens;
    private final int given;
    private final List<PrefixKey> keys = new ArrayList<>();
    private int[] blocks = new int[8];
    private int held;
    private int computed;
    private int readOnce;
    private int cached = -1;
    private boolean gone;

    /**
     * @param leader another answer to the same request, which reads the prompt for both; null if
     *     there is none
     */
    Sequence(
            long id,
            EngineRequest request,
            SamplingParameters parameters,
            @Nullable Sequence leader) {
        this.id = id;
        this.request = request;
        this.parameters = parameters;
        this.leader = leader;
        given = request.prompt().length + request.answer().length;
        tokens = new IntList(given + 16);
        tokens.addAll(request.prompt());
        tokens.addAll(request.answer());
    }

    long id() {
        return id;
    }

    SamplingParameters parameters() {
        return parameters;
    }

    int priority() {
        return request.priority();
    }

    /** What is applied to the model, or null. */
    @Nullable Adapter adapter() {
        return request.adapter();
    }

    /** Tokens so far, prompt and answer. */
    int size() {
        return tokens.size();
    }

    /** Tokens of the answer. */
    int generated() {
        return tokens.size() - request.prompt().length;
    }

    int token(int index) {
        return tokens.get(index);
    }

    /** Is the token at this index one of the answer? */
    boolean isAnswer(int index) {
        return index >= request.prompt().length;
    }

    /** Tokens of the answer that were generated here. */
    int generatedHere() {
        return tokens.size() - given;
    }

    /** Tokens whose keys and values are in the cache. */
    int computed() {
        return computed;
    }

    /** Tokens that the next steps have to read before a new one can be chosen. */
    int pending() {
        return tokens.size() - computed;
    }

    int heldBlocks() {
        return held;
    }

    int block(int index) {
        return blocks[index];
    }

    /** Tokens that lay in the cache when it first ran, or -1 before that. */
    int cached() {
        return cached;
    }

    /** Whether it waits for its leader to read their prompt. */
    boolean isHeldBack() {
        return leader != null && !leader.gone && leader.generatedHere() == 0;
    }

    /** Whether the other one reads the prompt for it. */
    boolean follows(Sequence other) {
        return leader == other;
    }

    void append(int token) {
        tokens.add(token);
    }

    /**
     * Notes that tokens were read, and lets full blocks be found by others.
     *
     * @return how many of them were given to it and had not been read before
     */
    int advance(int count, int blockSize, KvCache cache, PrefixKeys maker) {
        int full = computed / blockSize;
        computed += count;
        while (cache.isRemembering() && full < computed / blockSize) {
            cache.remember(blocks[full], key(full, blockSize, maker));
            full++;
        }
        int news = Math.max(0, Math.min(computed, given) - readOnce);
        readOnce += news;
        return news;
    }

    /**
     * Holds the blocks in which a beginning of it lies already. At least one token is left to read,
     * for the logits after it.
     */
    void findPrefix(int blockSize, KvCache cache, PrefixKeys maker) {
        int most = cache.isRemembering() ? (tokens.size() - 1) / blockSize : 0;
        while (held < most) {
            int block = cache.find(key(held, blockSize, maker));
            if (block < 0) {
                break;
            }
            cache.share(block);
            put(block);
        }
        computed = held * blockSize;
    }

    /** Runs for the first time, or again: what was found in the cache at the first time counts. */
    void started() {
        if (cached < 0) {
            cached = computed;
            readOnce = Math.min(computed, given);
        }
    }

    /** Takes blocks until {@code count} are held. The caller has made sure that they are free. */
    void hold(int count, KvCache cache) {
        while (held < count) {
            put(cache.take());
        }
    }

    /** Blocks that {@code count} blocks and a writable next position need besides those held. */
    int missing(int count, int blockSize, KvCache cache) {
        return Math.max(0, count - held) + (writesShared(blockSize, cache) ? 1 : 0);
    }

    /**
     * Makes the block of the next position its own.
     *
     * @return the copy that this needs, or null
     */
    StepPlan.@Nullable Copy own(int blockSize, KvCache cache) {
        if (!writesShared(blockSize, cache)) {
            return null;
        }
        int index = computed / blockSize;
        int from = blocks[index];
        blocks[index] = cache.take();
        cache.release(from);
        return new StepPlan.Copy(from, blocks[index]);
    }

    /** Holds the blocks of its leader and need not read what lies in them. */
    void shareWith(Sequence other, int blockSize, KvCache cache) {
        for (int i = 0; i * blockSize < other.computed; i++) {
            cache.share(other.blocks[i]);
            put(other.blocks[i]);
        }
        computed = other.computed;
        started();
    }

    /**
     * Gives all blocks back; what they held has to be read again. The last one first, so that a
     * prefix is forgotten from its end.
     */
    void release(KvCache cache) {
        while (held > 0) {
            cache.release(blocks[--held]);
        }
        computed = 0;
    }

    /** Gives the blocks behind the first {@code count} back: what lies in them counts no more. */
    void keep(int count, KvCache cache) {
        while (held > count) {
            cache.release(blocks[--held]);
        }
    }

    /** It left the scheduler. */
    void leave() {
        gone = true;
    }

    /**
     * The part of the next step that belongs to this sequence.
     *
     * @param adapterSlot of its adapter
     * @param guesses read after its own tokens, which are then read to the last
     */
    StepPlan.Slice slice(int count, int adapterSlot, int... guesses) {
        int[] read =
                Arrays.copyOf(tokens.slice(computed, computed + count), count + guesses.length);
        System.arraycopy(guesses, 0, read, count, guesses.length);
        return new StepPlan.Slice(
                id,
                read,
                computed,
                Arrays.copyOf(blocks, held),
                computed + count == tokens.size(),
                guesses.length,
                adapterSlot);
    }

    private boolean writesShared(int blockSize, KvCache cache) {
        int index = computed / blockSize;
        return index < held && cache.isShared(blocks[index]);
    }

    private PrefixKey key(int block, int blockSize, PrefixKeys maker) {
        for (int i = keys.size(); i <= block; i++) {
            PrefixKey before = i == 0 ? maker.root(request.prefixSalt()) : keys.get(i - 1);
            keys.add(maker.next(before, tokens.slice(i * blockSize, (i + 1) * blockSize)));
        }
        return keys.get(block);
    }

    private void put(int block) {
        if (held == blocks.length) {
            blocks = Arrays.copyOf(blocks, held * 2);
        }
        blocks[held++] = block;
    }
}
