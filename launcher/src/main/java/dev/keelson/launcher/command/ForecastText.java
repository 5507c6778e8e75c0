package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.launcher.Table;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** A deployment's forecast for people: what comes, what it would do, what that would have saved. */
final class ForecastText {
    private static final int SHOWN_STEPS = 6;

    private ForecastText() {}

    static void print(PrintStream out, JsonNode forecast) {
        out.println();
        out.printf(
                "forecast  of %s, mode %s: %s%n",
                forecast.path("name").asText(),
                forecast.path("mode").asText(),
                forecast.path("unusable").isTextual()
                        ? "not acted on, " + forecast.path("unusable").asText()
                        : "made %.0f s ago"
                                .formatted(forecast.path("originAgeMs").asDouble() / 1e3));
        out.printf(
                "replicas  wanted %s, advised %s, work of %s arrives%n",
                Table.cell(forecast.path("wanted")),
                Table.cell(forecast.path("advised")),
                number(forecast.path("demandReplicas")));
        scorecard(out, forecast.path("scorecard"));
        bands(out, forecast.path("bands"));
    }

    private static void scorecard(PrintStream out, JsonNode card) {
        if (card.path("comparedSeconds").asLong() == 0) {
            out.println("advice    nothing to compare yet");
            return;
        }
        out.printf(
                "advice    over %d s: %s replica-hours instead of %s; %s s short of the demand instead of %s; %s changes instead of %s%n",
                card.path("comparedSeconds").asLong(),
                number(card.path("advisedReplicaHours")),
                number(card.path("replicaHours")),
                Table.cell(card.path("advisedShortSeconds")),
                Table.cell(card.path("shortSeconds")),
                Table.cell(card.path("advisedChanges")),
                Table.cell(card.path("changes")));
    }

    /** Some steps of the band: the 0.1, 0.5 and 0.9 quantiles. */
    private static void bands(PrintStream out, JsonNode bands) {
        int every = Math.max(1, bands.size() / SHOWN_STEPS);
        for (int i = every - 1; i < bands.size(); i += every) {
            var band = bands.get(i);
            out.printf(
                    "%s  requests/s %s, replicas %s%n",
                    band.path("time").asText(),
                    quantiles(band.path("requestsPerSecond")),
                    quantiles(band.path("replicas")));
        }
    }

    private static String quantiles(JsonNode quantiles) {
        return String.join(
                " / ",
                List.of(
                        number(quantiles.path("q0.1")),
                        number(quantiles.path("q0.5")),
                        number(quantiles.path("q0.9"))));
    }

    private static String number(JsonNode value) {
        return value.isNumber() ? String.format(Locale.ROOT, "%.2f", value.asDouble()) : "-";
    }
}
