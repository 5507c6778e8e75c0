package dev.keelson.simulator.engine.steptime;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Measured operator times of one rank, in microseconds.
 *
 * @param dense by operator, over the tokens of a step
 * @param perSequence by operator, over the sequences of a step
 * @param attention one layer's attention
 * @param skew correction for decodes of unequal context
 * @param mixture one layer's experts, over tokens (columns) and active experts (rows); empty for a
 *     dense model
 */
public record OperatorTables(
        SortedMap<String, Curve> dense,
        SortedMap<String, Curve> perSequence,
        AttentionTable attention,
        SkewTable skew,
        Optional<Grid> mixture) {
    public OperatorTables {
        dense = Collections.unmodifiableSortedMap(new TreeMap<>(dense));
        perSequence = Collections.unmodifiableSortedMap(new TreeMap<>(perSequence));
    }
}
