package dev.keelson.runtime.engine;

import dev.keelson.runtime.tokenizer.IntList;

/**
 * A request inside the scheduler: its tokens, how many of them are in the cache, and the blocks
 * that hold them.
 */
final class Sequence {
    private final long id;
    private final SamplingParameters parameters;
    private final TokenSink sink;
    private final IntList tokens;
    private final int promptTokens;
    private final int resumedTokens;
    private final IntList blocks = new IntList(8);
    private int held;
    private int computed;

    Sequence(long id, int[] prompt, SamplingParameters parameters, TokenSink sink) {
        this(id, prompt, new int[0], parameters, sink);
    }

    /**
     * @param answer tokens that another engine generated before: part of the answer, not of the
     *     prompt
     */
    Sequence(long id, int[] prompt, int[] answer, SamplingParameters parameters, TokenSink sink) {
        this.id = id;
        this.parameters = parameters;
        this.sink = sink;
        this.promptTokens = prompt.length;
        this.resumedTokens = answer.length;
        tokens = new IntList(prompt.length + answer.length + 16);
        tokens.addAll(prompt);
        tokens.addAll(answer);
    }

    long id() {
        return id;
    }

    SamplingParameters parameters() {
        return parameters;
    }

    TokenSink sink() {
        return sink;
    }

    /** Tokens so far, prompt and answer. */
    int size() {
        return tokens.size();
    }

    /** Tokens of the answer. */
    int generated() {
        return tokens.size() - promptTokens;
    }

    int token(int index) {
        return tokens.get(index);
    }

    /** Is the token at this index one of the answer? */
    boolean isAnswer(int index) {
        return index >= promptTokens;
    }

    /** Tokens of the answer that were generated here. */
    int generatedHere() {
        return generated() - resumedTokens;
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

    void append(int token) {
        tokens.add(token);
    }

    void advance(int count) {
        computed += count;
    }

    /** Takes blocks until {@code count} are held. The caller has made sure that they are free. */
    void hold(int count, KvBlocks from) {
        while (held < count) {
            blocks.add(from.take());
            held++;
        }
    }

    /** Gives all blocks back; what they held has to be read again. */
    void release(KvBlocks to) {
        for (int i = 0; i < held; i++) {
            to.release(blocks.get(blocks.size() - held + i));
        }
        held = 0;
        computed = 0;
    }

    /** The part of the next step that belongs to this sequence. */
    StepPlan.Slice slice(int count) {
        int[] table = blocks.slice(blocks.size() - held, blocks.size());
        return new StepPlan.Slice(
                id,
                tokens.slice(computed, computed + count),
                computed,
                table,
                computed + count == tokens.size());
    }
}
