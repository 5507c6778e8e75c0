package dev.keelson.core.plan;

import dev.keelson.core.demand.Outlook;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.policy.ForecastPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a decision by forecast is made from, and how it is told: its reason, its inputs and the
 * candidates that were not taken.
 *
 * @param acts false where it may only advise
 * @param wanted the count that it goes on from
 */
record ForecastReasons(
        Situation s,
        DeploymentState d,
        Draft.Deployed memory,
        ForecastPolicy policy,
        Outlook outlook,
        ForecastHorizon horizon,
        ReplicaLadder ladder,
        boolean acts,
        int wanted) {
    /** Requests that are there. */
    double load() {
        var inFlight = d.demand().inFlight();
        var queued = d.demand().queued();
        return (inFlight == null ? 0 : inFlight.value()) + (queued == null ? 0 : queued.value());
    }

    private double meanDemand() {
        int lead = horizon.lead();
        double sum = 0;
        for (int h = lead; h < ladder.steps(); h++) {
            sum += ladder.demand(h);
        }
        return sum / (ladder.steps() - lead);
    }

    /** Expected work once a start would be done, in replicas, with the forecast's age. */
    Decision.Input expected() {
        return new Decision.Input(Scaling.EXPECTED, meanDemand(), horizon.age().toMillis());
    }

    /** Why so many, by the forecast. */
    String forecastText(int replicas) {
        int lead = horizon.lead();
        var candidate = ladder.candidate(replicas, lead);
        return "%s replicas' worth of work is forecast for the %d s after a start of %d s; %d leave %s of it waiting"
                .formatted(
                        number(meanDemand()),
                        outlook.forecast().step().multipliedBy(ladder.steps() - lead).toSeconds(),
                        horizon.leadTime().toSeconds(),
                        replicas,
                        percent(candidate.unserved()));
    }

    /** Why more, by the requests that are there. */
    String floorText() {
        return "%s requests are there, more than get %s of the places of %d replicas within %s s, whatever is forecast"
                .formatted(
                        number(load()),
                        percent(policy.floorUtilization()),
                        wanted,
                        number(d.spec().slo().ttft().toMillis() / 1e3));
    }

    List<Decision.Input> inputs() {
        var inputs = new ArrayList<Decision.Input>();
        inputs.add(
                new Decision.Input(
                        "forecastReplicasNow", ladder.demand(0), horizon.age().toMillis()));
        inputs.add(expected());
        addPeaks(inputs);
        var capacity = outlook.capacity();
        if (capacity != null) {
            inputs.add(input("capacityPrefillTokensPerSecond", capacity.prefillTokensPerSecond()));
            inputs.add(input("capacityDecodeTokensPerSecond", capacity.decodeTokensPerSecond()));
        }
        var error = outlook.error();
        if (error != null) {
            inputs.add(input("forecastWape", error.wape()));
            inputs.add(input("forecastCoverage80", error.coverage80()));
        }
        inputs.add(input("leadSeconds", horizon.leadTime().toMillis() / 1e3));
        inputs.add(input("missPrice", policy.missPrice()));
        inputs.add(input("requestsThere", load()));
        inputs.add(input("wantedReplicas", memory.wanted));
        if (!acts) {
            inputs.add(input("advisedReplicas", wanted));
        }
        inputs.add(input("readyReplicas", s.readyOf(d.spec().id())));
        return inputs;
    }

    private void addPeaks(List<Decision.Input> inputs) {
        long age = horizon.age().toMillis();
        int last = outlook.forecast().steps();
        for (var e : outlook.forecast().indicators().entrySet()) {
            var name = e.getKey().name().toLowerCase(Locale.ROOT);
            var paths = e.getValue();
            inputs.add(
                    new Decision.Input(
                            name + "PerSecondPeakQ50", paths.quantileOfMax(0.5, 0, last), age));
            inputs.add(
                    new Decision.Input(
                            name + "PerSecondPeakQ90", paths.quantileOfMax(0.9, 0, last), age));
        }
    }

    private static Decision.Input input(String name, double value) {
        return new Decision.Input(name, value, null);
    }

    /** The neighbours of the count that was chosen: their price a step and what ruled them out. */
    List<Decision.Rejected> rejected(int to) {
        var rejected = new ArrayList<Decision.Rejected>();
        for (int n : new int[] {to - 1, to + 1}) {
            if (n >= 0) {
                rejected.add(
                        new Decision.Rejected(
                                n + " replicas",
                                (double) n,
                                n == 0 ? null : meanDemand() / n,
                                constraint(n, to)));
            }
        }
        return rejected;
    }

    private String constraint(int n, int chosen) {
        if (n < d.spec().minReplicas()) {
            return "replicas >= minReplicas (%d)".formatted(d.spec().minReplicas());
        }
        if (n > d.spec().maxReplicas()) {
            return "replicas <= maxReplicas (%d)".formatted(d.spec().maxReplicas());
        }
        int lead = horizon.lead();
        var candidate = ladder.candidate(n, lead);
        return "costs %s replicas a step, misses included at %s each; %d cost %s; %s of the work would wait"
                .formatted(
                        number(candidate.cost()),
                        number(policy.missPrice()),
                        chosen,
                        number(ladder.candidate(chosen, lead).cost()),
                        percent(candidate.unserved()));
    }

    private static String number(double value) {
        return value == StrictMath.rint(value)
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.2f", value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", share * 100);
    }
}
