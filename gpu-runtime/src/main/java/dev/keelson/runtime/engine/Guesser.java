package dev.keelson.runtime.engine;

/** Guesses what a sequence says next. A guess that is wrong costs time, never another answer. */
@FunctionalInterface
interface Guesser {
    /**
     * @return at most {@code most} tokens, none if there is nothing to go by
     */
    int[] guess(Sequence sequence, int most);
}
