package dev.keelson.exchange.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Forecasts within an entry's JSON. Sample paths are by far the largest part of an entry and stay
 * the same from one decision to the next until a new forecast comes: so each is written once, and
 * {@code {"ref": HASH}} stands for it from then on, HASH being the SHA-256 of its canonical text.
 */
final class ForecastParts {
    private static final String FORECAST = "forecast";
    private static final String REF = "ref";

    private ForecastParts() {}

    /**
     * Puts a reference for each forecast that is kept elsewhere.
     *
     * @param isElsewhere given a forecast's hash and text; may keep it and say yes
     */
    static void refer(JsonNode forecasts, BiPredicate<String, String> isElsewhere) {
        for (var outlook : forecasts.path("outlooks")) {
            var text = JournalCodec.text(outlook.path(FORECAST));
            var hash = hash(text);
            if (isElsewhere.test(hash, text)) {
                ((ObjectNode) outlook).putObject(FORECAST).put(REF, hash);
            }
        }
    }

    /**
     * Puts each forecast back where a reference stands for it.
     *
     * @param textOf gives the text of a hash; null where there is none
     * @throws JournalFormatException if there is none
     */
    static void resolve(JsonNode forecasts, Function<String, @Nullable String> textOf) {
        for (var outlook : forecasts.path("outlooks")) {
            var ref = outlook.path(FORECAST).path(REF);
            if (ref.isTextual()) {
                var text = textOf.apply(ref.asText());
                if (text == null) {
                    throw new JournalFormatException(
                            0, "The forecast %s is not there.".formatted(ref.asText()));
                }
                ((ObjectNode) outlook).set(FORECAST, JournalCodec.tree(text));
            }
        }
    }

    private static String hash(String text) {
        try {
            var digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java platform has SHA-256.", impossible);
        }
    }
}
