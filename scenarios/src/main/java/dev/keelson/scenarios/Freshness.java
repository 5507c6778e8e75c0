package dev.keelson.scenarios;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;

/** How old the newest demand is at the control loop. */
public final class Freshness {
    private Freshness() {}

    /** Samples the age about three times a second under load. */
    public static Figures underLoad(Fleet fleet, double rate, Duration duration) {
        fleet.steady(Duration.ofMinutes(3));
        Streams.settle(fleet);
        var load = Load.start(fleet, rate, duration, 32);
        var ages = new ArrayList<Double>();
        var end = System.nanoTime() + duration.toNanos();
        while (System.nanoTime() < end) {
            var age = fleet.json("status").at("/deployments/0/demandAgeMs");
            ages.add(age.isNumber() ? age.asDouble() / 1000 : Double.POSITIVE_INFINITY);
        }
        var sorted = ages.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return new Figures(
                load.finish(),
                Map.of(
                        "demandAgeP50Seconds", Load.quantile(sorted, 0.5),
                        "demandAgeP99Seconds", Load.quantile(sorted, 0.99),
                        "samples", (double) sorted.length));
    }
}
