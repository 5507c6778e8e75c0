package dev.keelson.launcher.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A fault to put in place.
 *
 * @param action as after {@code keelson chaos}
 * @param target replica, node or gateway; empty where there is only one
 * @param lasting how long; null = until it is undone, or until the supervisor's restart
 * @param lead time between a spot notice and its deadline; null = two minutes, as AWS gives
 */
public record ChaosRequest(
        String action, String target, @Nullable Duration lasting, @Nullable Duration lead) {

    /** Reads the body of {@code POST /chaos}. */
    public static ChaosRequest read(JsonNode body) {
        return new ChaosRequest(
                body.path("action").asText(""),
                body.path("target").asText(""),
                millis(body.path("forMs")),
                millis(body.path("leadMs")));
    }

    private static @Nullable Duration millis(JsonNode value) {
        return value.isIntegralNumber() && value.asLong() >= 0
                ? Duration.ofMillis(value.asLong())
                : null;
    }
}
