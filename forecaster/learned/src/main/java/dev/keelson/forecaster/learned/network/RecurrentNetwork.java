package dev.keelson.forecaster.learned.network;

import java.util.Arrays;

/**
 * An LSTM (Hochreiter and Schmidhuber 1997) with a linear output, in plain Java: the process that
 * forecasts needs neither libtorch nor its memory. Immutable; {@link State} is not thread-safe.
 *
 * <p>Per layer, gates in PyTorch's order i, f, g, o: {@code c = f*c + i*g; h = o*tanh(c)}, with
 * {@code (i, f, o) = sigmoid(Wx + Uh + b)} and {@code g = tanh(Wx + Uh + b)}.
 */
public final class RecurrentNetwork {
    private final NetworkShape shape;
    private final float[] parameters;
    // Transposed, so that the innermost loops run over consecutive values of the sums.
    private final float[][] inputWeights;
    private final float[][] stateWeights;
    private final float[][] biases;
    private final float[] outputWeights;
    private final float[] outputBiases;

    /**
     * @param parameters per layer input weights (4H x in), state weights (4H x H), two biases (4H
     *     each), row-major; then output weights (3K x H) and biases (3K)
     */
    public RecurrentNetwork(NetworkShape shape, float[] parameters) {
        if (parameters.length != shape.parameters()) {
            throw new IllegalArgumentException(
                    "A network of %s has %d parameters, not %d."
                            .formatted(shape, shape.parameters(), parameters.length));
        }
        for (float value : parameters) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException("A parameter of the network is not finite.");
            }
        }
        this.shape = shape;
        this.parameters = parameters.clone();
        int layers = shape.layers();
        int gates = 4 * shape.hidden();
        inputWeights = new float[layers][];
        stateWeights = new float[layers][];
        biases = new float[layers][];
        int at = 0;
        for (int layer = 0; layer < layers; layer++) {
            int in = shape.inputsOf(layer);
            inputWeights[layer] = transposed(at, gates, in);
            at += gates * in;
            stateWeights[layer] = transposed(at, gates, shape.hidden());
            at += gates * shape.hidden();
            biases[layer] = new float[gates];
            for (int g = 0; g < gates; g++) {
                biases[layer][g] = parameters[at + g] + parameters[at + gates + g];
            }
            at += 2 * gates;
        }
        outputWeights = transposed(at, shape.outputs(), shape.hidden());
        at += shape.outputs() * shape.hidden();
        outputBiases = Arrays.copyOfRange(parameters, at, at + shape.outputs());
    }

    /** The sizes. */
    public NetworkShape shape() {
        return shape;
    }

    /** A copy of the trained values, in the constructor's order. */
    public float[] parameters() {
        return parameters.clone();
    }

    /** What the network remembers between steps. */
    public final class State {
        private final float[][] cell = new float[shape.layers()][shape.hidden()];
        private final float[][] hidden = new float[shape.layers()][shape.hidden()];
        private final float[] sums = new float[4 * shape.hidden()];
        private final float[] raw = new float[shape.outputs()];

        private State() {}

        /** Takes over what another state remembers. */
        public void copyFrom(State other) {
            for (int layer = 0; layer < shape.layers(); layer++) {
                System.arraycopy(other.cell[layer], 0, cell[layer], 0, shape.hidden());
                System.arraycopy(other.hidden[layer], 0, hidden[layer], 0, shape.hidden());
            }
        }

        /** Reads one step; the output is asked for separately. */
        public void read(float[] input) {
            float[] below = input;
            for (int layer = 0; layer < shape.layers(); layer++) {
                advance(layer, below);
                below = hidden[layer];
            }
        }

        /** The raw output after the last step: 3K values, valid until the next call. */
        public float[] output() {
            System.arraycopy(outputBiases, 0, raw, 0, raw.length);
            accumulate(raw, outputWeights, hidden[shape.layers() - 1]);
            return raw;
        }

        private void advance(int layer, float[] below) {
            System.arraycopy(biases[layer], 0, sums, 0, sums.length);
            accumulate(sums, inputWeights[layer], below);
            accumulate(sums, stateWeights[layer], hidden[layer]);
            int n = shape.hidden();
            for (int k = 0; k < n; k++) {
                float c =
                        sigmoid(sums[n + k]) * cell[layer][k]
                                + sigmoid(sums[k]) * tanh(sums[2 * n + k]);
                cell[layer][k] = c;
                hidden[layer][k] = sigmoid(sums[3 * n + k]) * tanh(c);
            }
        }
    }

    /** A state that remembers nothing. */
    public State start() {
        return new State();
    }

    private static void accumulate(float[] sums, float[] transposed, float[] input) {
        int rows = sums.length;
        for (int j = 0; j < input.length; j++) {
            float x = input[j];
            int from = j * rows;
            for (int r = 0; r < rows; r++) {
                sums[r] += transposed[from + r] * x;
            }
        }
    }

    private float[] transposed(int from, int rows, int columns) {
        var result = new float[rows * columns];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                result[c * rows + r] = parameters[from + r * columns + c];
            }
        }
        return result;
    }

    private static float sigmoid(float x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }

    private static float tanh(float x) {
        return (float) (2 / (1 + Math.exp(-2.0 * x)) - 1);
    }
}
