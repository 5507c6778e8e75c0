package dev.keelson.simulator.trace;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Spot availability of one zone over time, as published with "Can't Be Late" (NSDI 2024): JSON with
 * {@code metadata.gap_seconds} and {@code data}. Whole traces hold the number of instances that
 * were available; windows cut from them, which also have {@code metadata.start_time}, hold 1 where
 * none was: the opposite.
 */
public final class SpotTrace {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int MOST_INSTANCES = 100_000;

    private final double gapSeconds;
    private final int[] available;
    private final boolean isWindow;

    private SpotTrace(double gapSeconds, int[] available, boolean isWindow) {
        this.gapSeconds = gapSeconds;
        this.available = available;
        this.isWindow = isWindow;
    }

    /**
     * @throws InputException with file, line and what was expected
     */
    static SpotTrace read(Path file) {
        JsonNode root;
        try {
            root = JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
            throw InputException.at(file, line, "is no JSON (" + e.getOriginalMessage() + ").");
        } catch (NoSuchFileException e) {
            throw new InputException("%s: there is no such file.".formatted(file));
        } catch (IOException e) {
            throw new InputException("%s: cannot be read (%s).".formatted(file, e.getMessage()));
        }
        var gap = root.path("metadata").path("gap_seconds");
        if (!gap.isNumber() || !(gap.asDouble() >= 1 && gap.asDouble() <= 86_400)) {
            throw InputException.at(
                    file, 1, "expected metadata.gap_seconds, a number from 1 to 86400.");
        }
        boolean isWindow = root.path("metadata").has("start_time");
        return new SpotTrace(
                gap.asDouble(), available(file, root.path("data"), isWindow), isWindow);
    }

    private static int[] available(Path file, JsonNode data, boolean isWindow) {
        if (!data.isArray() || data.isEmpty()) {
            throw InputException.at(file, 1, "expected data, a list of at least one number.");
        }
        var available = new int[data.size()];
        for (int i = 0; i < available.length; i++) {
            int most = isWindow ? 1 : MOST_INSTANCES;
            var value = data.get(i);
            if (!value.isIntegralNumber() || value.asInt() < 0 || value.asInt() > most) {
                throw InputException.at(
                        file,
                        1,
                        "data[%d] (%s) must be a whole number from 0 to %d."
                                .formatted(i, value, most));
            }
            available[i] = isWindow ? 1 - value.asInt() : value.asInt();
        }
        return available;
    }

    /** Instances that are available then; the trace begins anew after its end. */
    int at(long tick) {
        return available[(int) (tick % available.length)];
    }

    double gapSeconds() {
        return gapSeconds;
    }

    double seconds() {
        return gapSeconds * available.length;
    }

    /** The most instances that were ever available; at least 1. */
    int most() {
        return Math.max(1, Arrays.stream(available).max().orElse(1));
    }

    /** Which way it was read, and what it says. */
    String toText() {
        double share =
                Arrays.stream(available).mapToDouble(a -> a / (double) most()).average().orElse(0);
        return "%s; %.1f %% available, %.1f h long"
                .formatted(
                        isWindow ? "1 = unavailable" : "number available",
                        share * 100,
                        seconds() / 3_600);
    }
}
