package dev.keelson.runtime;

import dev.keelson.runtime.tokenizer.BpeTokenizer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.Consumer;

/**
 * A prompt that kills its engine, for chaos tests of a local fleet: only with {@code
 * KEELSON_CHAOS=1}, and only the prompt whose SHA-256 stands in {@code
 * KEELSON_CHAOS_POISON_SHA256}.
 */
final class Poison {
    private Poison() {}

    static Consumer<int[]> fromEnvironment(BpeTokenizer tokenizer) {
        String digest = System.getenv("KEELSON_CHAOS_POISON_SHA256");
        if (!"1".equals(System.getenv("KEELSON_CHAOS")) || digest == null) {
            return prompt -> {};
        }
        return prompt -> {
            if (sha256(tokenizer.decode(prompt)).equalsIgnoreCase(digest)) {
                Runtime.getRuntime().halt(134);
            }
        };
    }

    private static String sha256(String text) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
