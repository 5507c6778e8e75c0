package dev.keelson.gateway.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Gateways beside each other, a row each; the last row tells which bars are met. */
final class PeerTable {
    /** The engine asked without a gateway. */
    static final String DIRECT = "direct";

    /** The gateway that the bars are for. */
    static final String OURS = "keelson";

    private static final double LEAST_OF_NGINX = 0.3;
    private static final double MOST_ADDED_P50_MS = 1;
    private static final double MOST_ADDED_P99_MS = 5;
    private static final String NGINX = Peer.Kind.NGINX.label();
    private static final List<String> CHEAPER_THAN =
            Stream.of(Peer.Kind.ENVOY, Peer.Kind.SGLANG, Peer.Kind.VLLM)
                    .map(Peer.Kind::label)
                    .toList();

    /** A bar that is met, one that is not, or one that cannot be told. */
    private enum Verdict {
        MET,
        MISSED,
        UNKNOWN
    }

    private record Bar(String text, Verdict verdict) {
        @Override
        public String toString() {
            return text + ": " + verdict.name().toLowerCase(Locale.ROOT);
        }
    }

    private final Map<String, List<PeerFigures>> all;
    private final Map<String, String> missing;
    private final int pace;

    /**
     * @param all the rounds of each gateway that ran, {@link #OURS} and {@link #DIRECT} among them
     * @param missing those that did not run, and why
     * @param pace requests a second while their times were taken
     */
    PeerTable(Map<String, List<PeerFigures>> all, Map<String, String> missing, int pace) {
        this.all = new LinkedHashMap<>(all);
        this.missing = new LinkedHashMap<>(missing);
        this.pace = pace;
    }

    /** Is every bar met? */
    boolean isMet() {
        return bars().stream().allMatch(bar -> bar.verdict == Verdict.MET);
    }

    /** The table in Markdown. */
    String text() {
        StringBuilder text =
                new StringBuilder(
                        "| gateway | requests/s | ÷ nginx | core busy | CPU µs per request | CPU µs per token | added p50 / p99 at %d/s, ms | failed |%n|---|---|---|---|---|---|---|---|%n"
                                .formatted(pace));
        all.forEach((name, rounds) -> text.append(row(name, rounds)));
        missing.forEach((name, why) ->
                text.append("| %s | missing: %s | | | | | | |%n".formatted(name, why)));
        List<Bar> bars = bars();
        return text.append(
                        "| **bar** | | %s | | %s | %s | %s; %s | %s |%n".formatted(bars.toArray()))
                .toString();
    }

    private String row(String name, List<PeerFigures> rounds) {
        return String.format(
                Locale.ROOT,
                "| %s | %.0f | %.2f | %.2f | %s | %s | %.2f / %.2f | %d |%n",
                name,
                median(rounds, PeerFigures::perSecond),
                ofNginx(rounds),
                median(rounds, PeerFigures::busy),
                spread(rounds, PeerFigures::cpuPerRequest),
                spread(rounds, PeerFigures::cpuPerToken),
                added(rounds, PeerFigures::p50),
                added(rounds, PeerFigures::p99),
                failed(rounds));
    }

    private List<Bar> bars() {
        List<PeerFigures> ours = all.getOrDefault(OURS, List.of());
        return List.of(
                new Bar("≥ " + LEAST_OF_NGINX, verdict(ofNginx(ours) - LEAST_OF_NGINX)),
                cheaper(ours, PeerFigures::cpuPerRequest),
                cheaper(ours, PeerFigures::cpuPerToken),
                atMost(MOST_ADDED_P50_MS, added(ours, PeerFigures::p50)),
                atMost(MOST_ADDED_P99_MS, added(ours, PeerFigures::p99)),
                new Bar(
                        "0",
                        ours.isEmpty()
                                ? Verdict.UNKNOWN
                                : failed(ours) == 0 ? Verdict.MET : Verdict.MISSED));
    }

    private static Bar atMost(double most, double value) {
        return new Bar("≤ %.0f".formatted(most), verdict(most - value));
    }

    private Bar cheaper(List<PeerFigures> ours, ToDoubleFunction<PeerFigures> cost) {
        double cheapest =
                CHEAPER_THAN.stream()
                        .mapToDouble(name -> median(all.getOrDefault(name, List.of()), cost))
                        .reduce(Double.POSITIVE_INFINITY, Math::min); // NaN if one is missing
        double less = cheapest - median(ours, cost);
        return new Bar(
                "below " + String.join(", ", CHEAPER_THAN),
                less == 0 ? Verdict.MISSED : verdict(less));
    }

    private static Verdict verdict(double toSpare) {
        return Double.isNaN(toSpare)
                ? Verdict.UNKNOWN
                : toSpare >= 0 ? Verdict.MET : Verdict.MISSED;
    }

    private double ofNginx(List<PeerFigures> rounds) {
        return median(rounds, PeerFigures::perSecond)
                / median(all.getOrDefault(NGINX, List.of()), PeerFigures::perSecond);
    }

    private static long failed(List<PeerFigures> rounds) {
        return rounds.stream().mapToLong(PeerFigures::failed).sum();
    }

    private static String spread(List<PeerFigures> rounds, ToDoubleFunction<PeerFigures> value) {
        return String.format(
                Locale.ROOT,
                "%.1f (%.1f to %.1f)",
                median(rounds, value),
                rounds.stream().mapToDouble(value).min().orElse(Double.NaN),
                rounds.stream().mapToDouble(value).max().orElse(Double.NaN));
    }

    // The median of the differences within each round.
    private double added(List<PeerFigures> rounds, ToDoubleFunction<PeerFigures> value) {
        List<PeerFigures> direct = all.getOrDefault(DIRECT, List.of());
        double[] differences = new double[Math.min(rounds.size(), direct.size())];
        for (int i = 0; i < differences.length; i++) {
            differences[i] =
                    value.applyAsDouble(rounds.get(i)) - value.applyAsDouble(direct.get(i));
        }
        return median(differences);
    }

    private static double median(List<PeerFigures> rounds, ToDoubleFunction<PeerFigures> value) {
        return median(rounds.stream().mapToDouble(value).toArray());
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }
}
