package dev.keelson.runtime.http;

import dev.keelson.runtime.engine.Logprobs;
import dev.keelson.runtime.tokenizer.BpeTokenizer;
import dev.keelson.serving.openai.TokenLogprob;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The engine's logprobs with the texts of their tokens. */
final class LogprobTexts {
    private LogprobTexts() {}

    static TokenLogprob of(int token, Logprobs logprobs, BpeTokenizer tokenizer) {
        List<TokenLogprob> top = new ArrayList<>();
        for (int i = 0; i < logprobs.top().length; i++) {
            top.add(one(logprobs.top()[i], logprobs.values()[i], List.of(), tokenizer));
        }
        return one(token, logprobs.chosen(), top, tokenizer);
    }

    private static TokenLogprob one(
            int token, float logprob, List<TokenLogprob> top, BpeTokenizer tokenizer) {
        byte[] bytes = tokenizer.bytes(token);
        return new TokenLogprob(
                new String(bytes, StandardCharsets.UTF_8), bytes, finite(logprob), top);
    }

    // JSON has no infinity; a token that cannot come has none.
    private static double finite(float logprob) {
        return Math.max(logprob, -9999);
    }
}
