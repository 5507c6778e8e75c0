package dev.keelson.simulator.world;

import dev.keelson.core.policy.Slo;
import dev.keelson.simulator.trace.TraceRequest.Label;
import java.util.SortedMap;
import java.util.TreeMap;

/** What became of the requests, in bounded memory; bins of time keep the course of it. Mutable. */
final class Outcomes {
    /** So many served requests have exact quantiles, and so many of one tenant. */
    private static final int EXACT = 1 << 21;

    private static final int EXACT_OF_TENANT = 1 << 14;

    private final double ttftLimit;
    private final double tpotLimit;
    private final double binSeconds;
    private final long[] arrivedInBin;
    private final long[] metInBin;
    private final Quantiles ttft = new Quantiles(EXACT);
    private final Quantiles tpot = new Quantiles(EXACT);
    private final TreeMap<String, Tenant> tenants = new TreeMap<>();
    private long arrived;
    private long met;
    private long refused;
    private long failed;
    private long promptTokens;
    private long cachedTokens;
    private long adapterRequests;
    private long adapterLoads;

    private static final class Tenant {
        private final Quantiles ttft = new Quantiles(EXACT_OF_TENANT);
        private long arrived;
        private long met;
        private long refused;
        private long failed;
    }

    Outcomes(Slo slo, int bins, double binSeconds) {
        ttftLimit = slo.ttft().toNanos() / 1e9;
        tpotLimit = slo.tpot().toNanos() / 1e9;
        this.binSeconds = binSeconds;
        arrivedInBin = new long[bins];
        metInBin = new long[bins];
    }

    private Tenant tenant(Label label) {
        return tenants.computeIfAbsent(label.tenant(), name -> new Tenant());
    }

    void arrive(double at, Label label) {
        arrived++;
        arrivedInBin[bin(at)]++;
        tenant(label).arrived++;
    }

    void refuse(Label label) {
        refused++;
        tenant(label).refused++;
    }

    void fail(Label label) {
        failed++;
        tenant(label).failed++;
    }

    void finish(Sequence s, double at) {
        double first = s.firstTokenSeconds - s.arrivalSeconds;
        var tenant = tenant(s.label);
        promptTokens += s.promptTokens;
        cachedTokens += s.cachedTokens;
        adapterRequests += s.label.adapter().isEmpty() ? 0 : 1;
        adapterLoads += s.adapterLoaded ? 1 : 0;
        ttft.add(first);
        tenant.ttft.add(first);
        double perToken = 0;
        if (s.outputTokens > 1) {
            perToken = (at - s.firstTokenSeconds) / (s.outputTokens - 1);
            tpot.add(perToken);
        }
        if (first <= ttftLimit && perToken <= tpotLimit) {
            met++;
            tenant.met++;
            metInBin[bin(s.arrivalSeconds)]++;
        }
    }

    private int bin(double at) {
        return Math.min(arrivedInBin.length - 1, (int) (at / binSeconds));
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
        return ttft.at(level);
    }

    double tpotQuantile(double level) {
        return tpot.at(level);
    }

    /** Share of the served prompts' tokens that were found in a prefix cache; 0 without any. */
    double prefixHitShare() {
        return promptTokens == 0 ? 0 : cachedTokens / (double) promptTokens;
    }

    /** Share of the served requests with an adapter that found it loaded; 0 without any. */
    double adapterHitShare() {
        return adapterRequests == 0 ? 0 : 1 - adapterLoads / (double) adapterRequests;
    }

    /** Was any request with an adapter served? */
    boolean sawAdapters() {
        return adapterRequests > 0;
    }

    /** By tenant; empty where the trace names none. */
    SortedMap<String, RunResult.Tenant> tenants() {
        var figures = new TreeMap<String, RunResult.Tenant>();
        tenants.forEach((name, t) ->
                figures.put(
                        name,
                        new RunResult.Tenant(
                                t.arrived, t.met, t.refused, t.failed, t.ttft.at(0.99))));
        return figures.size() == 1 && figures.containsKey("") ? new TreeMap<>() : figures;
    }
}
