package dev.keelson.console.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decision with what it was taken from.
 *
 * @param deployment empty where it is about the fleet
 * @param actions in words; empty where nothing was done
 */
public record DecisionRow(
        String id,
        Instant time,
        String deployment,
        String code,
        String reason,
        List<String> actions,
        List<Input> inputs,
        List<Rejected> rejected) {
    public DecisionRow {
        actions = List.copyOf(actions);
        inputs = List.copyOf(inputs);
        rejected = List.copyOf(rejected);
    }

    public record Input(String name, @Nullable Double value, @Nullable Double ageMs) {}

    public record Rejected(
            String candidate,
            @Nullable Double predictedCost,
            @Nullable Double predictedSlo,
            String constraint) {}
}
