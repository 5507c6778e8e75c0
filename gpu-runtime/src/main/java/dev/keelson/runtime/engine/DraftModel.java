package dev.keelson.runtime.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Guesses with a smaller model (Leviathan et al. 2023): between two steps it reads what the running
 * sequences have said and says the likeliest next tokens of all of them at once. It has blocks of
 * its own, as many as the engine; a sequence that finds none free is not guessed. The engine's
 * thread only.
 */
final class DraftModel implements Guesser {
    private static final int[] NONE = {};

    /** A sequence as the smaller model knows it. */
    private static final class Draft {
        int[] blocks = NONE;
        int known; // the sequence's first tokens that are in the cache
        int[] guesses = NONE; // said after `size` tokens; all but the last are in the cache too
        int size;
        int most;
    }

    /** What is read of one sequence. */
    private record Reading(Sequence sequence, Draft draft, StepPlan.Slice slice) {}

    private final EngineLimits limits;
    private final Map<Long, Draft> drafts = new HashMap<>();
    private final KvCache cache;

    DraftModel(EngineLimits limits) {
        this.limits = limits;
        cache = new KvCache(limits.blocks(), false);
    }

    /** Its blocks. */
    KvCache cache() {
        return cache;
    }

    /**
     * Gives the blocks of all others back.
     *
     * @throws IllegalStateException if blocks and holders do not add up
     */
    void keep(List<Sequence> running) {
        if (drafts.isEmpty()) {
            return;
        }
        List<Long> ids = running.stream().map(Sequence::id).toList();
        drafts.entrySet()
                .removeIf(entry -> {
                    boolean gone = !ids.contains(entry.getKey());
                    if (gone) {
                        release(entry.getValue());
                    }
                    return gone;
                });
        cache.check();
        int held = drafts.values().stream().mapToInt(draft -> draft.blocks.length).sum();
        if (held != cache.used()) {
            throw new IllegalStateException(
                    "drafts hold %d blocks of %d".formatted(held, cache.used()));
        }
    }

    /**
     * Says what the sequences that generate may say next. What it has not read yet it reads first,
     * within the tokens of one step; who is not read to the end is not guessed.
     */
    void prepare(Decoder decoder, List<Sequence> running, EngineKnobs knobs) {
        keep(knobs.speculativeTokens() == 0 ? List.of() : running);
        List<Reading> readings = new ArrayList<>();
        int left = knobs.maxStepTokens();
        for (Sequence sequence : running) {
            int rest = sequence.parameters().maxTokens() - sequence.generated() - 1;
            int most = Math.min(knobs.speculativeTokens(), rest);
            if (most > 0 && left > 0 && sequence.pending() == 1 && sequence.generated() > 0) {
                Draft draft = drafts.computeIfAbsent(sequence.id(), id -> new Draft());
                rewind(draft, sequence);
                if (hold(draft, limits.blocksFor(sequence.size() + most - 1))) {
                    draft.most = most;
                    readings.add(reading(sequence, draft, left));
                    left -= readings.getLast().slice.tokens().length;
                }
            }
        }
        while (!readings.isEmpty()) {
            readings = step(decoder, readings);
        }
        cache.check();
    }

    @Override
    public int[] guess(Sequence sequence, int most) {
        Draft draft = drafts.get(sequence.id());
        if (draft == null || draft.size != sequence.size()) {
            return NONE;
        }
        return Arrays.copyOf(draft.guesses, Math.min(most, draft.guesses.length));
    }

    /** The part of the sequence that is not in the cache, as far as tokens are left. */
    private static Reading reading(Sequence sequence, Draft draft, int left) {
        int count = Math.min(sequence.size() - draft.known, left);
        int[] tokens = new int[count];
        for (int i = 0; i < count; i++) {
            tokens[i] = sequence.token(draft.known + i);
        }
        boolean whole = draft.known + count == sequence.size();
        int at = draft.known;
        draft.known += count;
        return new Reading(sequence, draft, slice(sequence, draft, at, whole, tokens));
    }

    /** One step of the smaller model; what it reads in the next one. */
    private List<Reading> step(Decoder decoder, List<Reading> readings) {
        readings.sort(Comparator.comparing(r -> r.slice.tokens().length > 1));
        float[][] logits =
                decoder.step(new StepPlan(readings.stream().map(Reading::slice).toList()));
        List<Reading> next = new ArrayList<>();
        int row = 0;
        for (Reading reading : readings) {
            if (reading.slice.sample()) {
                Draft draft = reading.draft;
                Sequence sequence = reading.sequence;
                int guessed = draft.guesses.length;
                draft.size = sequence.size();
                draft.guesses = Arrays.copyOf(draft.guesses, guessed + 1);
                draft.guesses[guessed] = likeliest(logits[row++]);
                if (guessed + 1 < draft.most) {
                    int at = draft.size + guessed;
                    var slice = slice(sequence, draft, at, true, draft.guesses[guessed]);
                    next.add(new Reading(sequence, draft, slice));
                }
            }
        }
        return next;
    }

    private static StepPlan.Slice slice(
            Sequence sequence, Draft draft, int at, boolean sample, int... tokens) {
        return new StepPlan.Slice(sequence.id(), tokens, at, draft.blocks, sample);
    }

    /** Goes back to where the guesses were wrong; at least one token is left to read. */
    private static void rewind(Draft draft, Sequence sequence) {
        for (int i = 0; i + 1 < draft.guesses.length; i++) {
            boolean right =
                    draft.known < sequence.size()
                            && sequence.token(draft.known) == draft.guesses[i];
            if (!right) {
                break;
            }
            draft.known++;
        }
        draft.known = Math.min(draft.known, sequence.size() - 1);
        draft.guesses = NONE;
        draft.size = 0;
    }

    /** Takes blocks until {@code count} are held; false if not all of them are free. */
    private boolean hold(Draft draft, int count) {
        int held = draft.blocks.length;
        if (count - held > cache.free()) {
            return false;
        }
        if (count > held) {
            draft.blocks = Arrays.copyOf(draft.blocks, count);
            for (int i = held; i < count; i++) {
                draft.blocks[i] = cache.take();
            }
        }
        return true;
    }

    private void release(Draft draft) {
        for (int block : draft.blocks) {
            cache.release(block);
        }
    }

    /** Unlike the sampler it takes any logits: a wrong guess is no failure. */
    private static int likeliest(float[] logits) {
        int best = 0;
        for (int token = 1; token < logits.length; token++) {
            if (logits[token] > logits[best]) {
                best = token;
            }
        }
        return best;
    }
}
