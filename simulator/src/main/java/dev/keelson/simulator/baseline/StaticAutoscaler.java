package dev.keelson.simulator.baseline;

import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** Always the same count. */
final class StaticAutoscaler implements Autoscaler {
    private final int replicas;
    private final String sizedBy;

    StaticAutoscaler(int replicas, String sizedBy) {
        this.replicas = replicas;
        this.sizedBy = sizedBy;
    }

    @Override
    public SortedMap<String, String> parameters() {
        var p = new TreeMap<String, String>();
        p.put("replicas", Integer.toString(replicas));
        p.put("sizedBy", sizedBy);
        return p;
    }

    @Override
    public OptionalInt initial() {
        return OptionalInt.of(replicas);
    }

    @Override
    public OptionalInt step(FleetSample sample) {
        return OptionalInt.of(replicas);
    }
}
