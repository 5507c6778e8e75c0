package dev.keelson.core.demand;

import dev.keelson.core.fleet.DeploymentId;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** The newest outlook of every deployment that has one; a deployment without stays reactive. */
public record Forecasts(SortedMap<DeploymentId, Outlook> outlooks) {
    public static final Forecasts NONE = new Forecasts(new TreeMap<>());

    public Forecasts {
        outlooks = Collections.unmodifiableSortedMap(new TreeMap<>(outlooks));
    }
}
