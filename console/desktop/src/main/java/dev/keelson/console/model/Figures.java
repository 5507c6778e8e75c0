package dev.keelson.console.model;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers and times for people. What is unknown is a dash, never a zero that was not measured. */
public final class Figures {
    public static final String UNKNOWN = "–";

    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private Figures() {}

    /** About three significant digits. */
    public static String number(@Nullable Double value) {
        if (value == null || !Double.isFinite(value)) {
            return UNKNOWN;
        }
        double size = Math.abs(value);
        if (size >= 100 || value == Math.rint(value)) {
            return "%,d".formatted(Math.round(value));
        }
        return trim(
                String.format(
                        Locale.ROOT, size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", value));
    }

    public static String percent(@Nullable Double share) {
        return share == null ? UNKNOWN : Math.round(share * 100) + " %";
    }

    /** 850 ms, 1.2 s, 4 min 5 s, 2 h 3 min. */
    public static String millis(@Nullable Double millis) {
        if (millis == null || !Double.isFinite(millis)) {
            return UNKNOWN;
        }
        if (millis < 1_000) {
            return Math.round(millis) + " ms";
        }
        double seconds = Math.round(millis / 100) / 10.0;
        if (seconds < 60) {
            return seconds < 10
                    ? String.format(Locale.ROOT, "%.1f s", seconds)
                    : Math.round(seconds) + " s";
        }
        long whole = Math.round(millis / 1_000);
        return whole < 3_600
                ? "%d min %d s".formatted(whole / 60, whole % 60)
                : "%d h %d min".formatted(whole / 3_600, whole % 3_600 / 60);
    }

    public static String seconds(@Nullable Double seconds) {
        return millis(seconds == null ? null : Double.valueOf(seconds * 1_000));
    }

    public static String between(Instant from, Instant to) {
        return millis((double) Duration.between(from, to).toMillis());
    }

    /** Time of day in this machine's zone. */
    public static String clock(Instant time) {
        return CLOCK.format(time.atZone(ZoneId.systemDefault()));
    }

    /** DEMAND_ABOVE_TARGET → demand above target. */
    public static String words(String code) {
        return code.isEmpty()
                ? UNKNOWN
                : code.toLowerCase(Locale.ROOT).replace('_', ' ').replace('-', ' ');
    }

    private static String trim(String decimal) {
        return decimal.contains(".")
                ? decimal.replaceAll("0+$", "").replaceAll("\\.$", "")
                : decimal;
    }
}
