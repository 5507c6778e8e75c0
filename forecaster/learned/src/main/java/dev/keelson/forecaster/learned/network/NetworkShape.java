package dev.keelson.forecaster.learned.network;

/**
 * Sizes of a recurrent network.
 *
 * @param inputs values per step
 * @param hidden width of each LSTM layer
 * @param layers LSTM layers, one above the other
 * @param components normals in the output mixture
 */
public record NetworkShape(int inputs, int hidden, int layers, int components) {
    private static final int LARGEST = 4096;

    /** Refuses sizes that no network of this kind has. */
    public NetworkShape {
        if (inputs < 1 || hidden < 1 || layers < 1 || components < 1) {
            throw new IllegalArgumentException(
                    "The sizes (%d, %d, %d, %d) of a network must be positive."
                            .formatted(inputs, hidden, layers, components));
        }
        if (inputs > LARGEST || hidden > LARGEST || layers > 16 || components > 64) {
            throw new IllegalArgumentException(
                    "The sizes (%d, %d, %d, %d) of a network are beyond what is read."
                            .formatted(inputs, hidden, layers, components));
        }
    }

    /** Values that the output layer gives: logits, means, raw deviations. */
    public int outputs() {
        return 3 * components;
    }

    /** Width of what a layer reads. */
    public int inputsOf(int layer) {
        return layer == 0 ? inputs : hidden;
    }

    /** Number of trained values. */
    public int parameters() {
        int count = 0;
        for (int layer = 0; layer < layers; layer++) {
            count += 4 * hidden * (inputsOf(layer) + hidden + 2);
        }
        return count + outputs() * (hidden + 1);
    }
}
