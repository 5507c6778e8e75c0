package dev.keelson.serving.openai;

import java.util.List;

/**
 * How likely the model held a token of the answer, and which others it held likely.
 *
 * @param token its text; bytes that are no characters by themselves are replaced
 * @param bytes of it, as they are
 * @param logprob natural logarithm of its probability
 * @param top the likeliest tokens at its place, best first, without tops of their own
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record TokenLogprob(String token, byte[] bytes, double logprob, List<TokenLogprob> top) {
    public TokenLogprob {
        top = List.copyOf(top);
    }
}
