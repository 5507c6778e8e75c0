package dev.keelson.runtime.http;

import dev.keelson.runtime.tokenizer.BpeTokenizer;

/**
 * What the API serves.
 *
 * @param name in the OpenAI API
 * @param tokenizerId the same on every engine with this tokenizer, and on no other
 * @param beginToken token before every text prompt, or -1
 * @param maxModelTokens longest sequence, prompt and answer together
 * @param seed mixed into requests that bring none
 * @param created epoch seconds
 */
public record ServedModel(
        String name,
        BpeTokenizer tokenizer,
        String tokenizerId,
        int beginToken,
        int maxModelTokens,
        long seed,
        long created) {}
