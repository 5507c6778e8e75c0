package dev.keelson.runtime.weights;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A low-rank adapter (Hu et al. 2021): the product of a projection becomes {@code W x + B (A x)}.
 *
 * @param rank columns of every B and rows of every A
 * @param layers per block the pairs of the projections that it adds to
 * @param fingerprint SHA-256 of its files in hexadecimal digits: adapters with the same give the
 *     same numbers
 */
public record LoraAdapter(int rank, List<Map<Projection, Pair>> layers, String fingerprint) {
    /**
     * What is added to one matrix.
     *
     * @param a (rank, inputs)
     * @param b (outputs, rank), multiplied by the adapter's scale already
     */
    public record Pair(Tensor a, Tensor b) {}

    public LoraAdapter {
        layers =
                layers.stream()
                        .map(layer -> {
                            Map<Projection, Pair> copy = new EnumMap<>(Projection.class);
                            copy.putAll(layer);
                            return Collections.unmodifiableMap(copy);
                        })
                        .toList();
    }
}
