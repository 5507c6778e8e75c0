package dev.keelson.simulator.world;

import dev.keelson.core.policy.Slo;
import java.util.Arrays;

/** What became of the requests; bins of time keep the course of it. Mutable. */
final class Outcomes {
    private final double ttftLimit;
    private final double tpotLimit;
    private final double binSeconds;
    private final long[] arrivedInBin;
    private final long[] metInBin;
    private double[] ttft = new double[1024];
    private double[] tpot = new double[1024];
    private int ttfts;
    private int tpots;
    private long arrived;
    private long met;
    private long refused;
    private long failed;

    Outcomes(Slo slo, int bins, double binSeconds) {
        ttftLimit = slo.ttft().toNanos() / 1e9;
        tpotLimit = slo.tpot().toNanos() / 1e9;
        this.binSeconds = binSeconds;
        arrivedInBin = new long[bins];
        metInBin = new long[bins];
    }

    void arrive(double at) {
        arrived++;
        arrivedInBin[bin(at)]++;
    }

    void refuse() {
        refused++;
    }

    void fail() {
        failed++;
    }

    void finish(Sequence s, double at) {
        double first = s.firstTokenSeconds - s.arrivalSeconds;
        ttft = grown(ttft, ttfts);
        ttft[ttfts++] = first;
        double perToken = 0;
        if (s.outputTokens > 1) {
            perToken = (at - s.firstTokenSeconds) / (s.outputTokens - 1);
            tpot = grown(tpot, tpots);
            tpot[tpots++] = perToken;
        }
        if (first <= ttftLimit && perToken <= tpotLimit) {
            met++;
            metInBin[bin(s.arrivalSeconds)]++;
        }
    }

    private int bin(double at) {
        return Math.min(arrivedInBin.length - 1, (int) (at / binSeconds));
    }

    private static double[] grown(double[] values, int used) {
        return used < values.length ? values : Arrays.copyOf(values, used * 2);
    }

    long arrived() {
        return arrived;
    }

    long refused() {
        return refused;
    }

    long failed() {
        return failed;
    }

    long met() {
        return met;
    }

    double arrivalsPerSecond(int bin) {
        return arrivedInBin[bin] / binSeconds;
    }

    /** Share of the bin's arrivals that were served within the SLO; 1 where none arrived. */
    double attainment(int bin) {
        return arrivedInBin[bin] == 0 ? 1 : metInBin[bin] / (double) arrivedInBin[bin];
    }

    double ttftQuantile(double level) {
        return quantile(ttft, ttfts, level);
    }

    double tpotQuantile(double level) {
        return quantile(tpot, tpots, level);
    }

    /** Nearest rank; NaN of nothing. */
    private static double quantile(double[] values, int used, double level) {
        if (used == 0) {
            return Double.NaN;
        }
        var sorted = Arrays.copyOf(values, used);
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) Math.ceil(level * used) - 1)];
    }
}
