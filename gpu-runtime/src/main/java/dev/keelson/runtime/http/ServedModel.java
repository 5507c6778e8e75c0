package dev.keelson.runtime.http;

import dev.keelson.runtime.chat.ChatFormat;
import dev.keelson.runtime.tokenizer.BpeTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * What the API serves.
 *
 * @param name in the OpenAI API
 * @param tokenizerId the same on every engine with this tokenizer, and on no other
 * @param chat how conversations are written; null if the model has no chat template
 * @param maxModelTokens longest sequence, prompt and answer together
 * @param seed mixed into requests that bring none
 * @param created epoch seconds
 * @param root where the model's files are
 * @param adapters what may be asked for by other names
 */
public record ServedModel(
        String name,
        BpeTokenizer tokenizer,
        String tokenizerId,
        @Nullable ChatFormat chat,
        int maxModelTokens,
        long seed,
        long created,
        String root,
        AdapterRegistry adapters) {}
