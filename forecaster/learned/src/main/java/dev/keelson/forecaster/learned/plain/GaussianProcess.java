package dev.keelson.forecaster.learned.plain;

/**
 * The mean of a Gaussian process with a squared-exponential kernel: {@code centre + size * sum of
 * w(i) exp(-|x - s(i)|^2 / (2 width^2))} (Rasmussen and Williams 2006, eq. 2.25). Immutable.
 */
public final class GaussianProcess {
    private final int inputs;
    private final double width;
    private final double centre;
    private final double size;
    private final double[] support;
    private final double[] weights;

    /**
     * @param inputs values per point
     * @param width of the kernel, in the unit of the inputs
     * @param centre of the targets
     * @param size of the targets
     * @param support points x inputs, row-major
     * @param weights one per point
     */
    public GaussianProcess(
            int inputs,
            double width,
            double centre,
            double size,
            double[] support,
            double[] weights) {
        if (inputs < 1 || !(width > 0) || support.length != inputs * weights.length) {
            throw new IllegalArgumentException(
                    "%d numbers are not %d points of %d inputs, width %s."
                            .formatted(support.length, weights.length, inputs, width));
        }
        this.inputs = inputs;
        this.width = width;
        this.centre = finite(centre);
        this.size = finite(size);
        this.support = support.clone();
        this.weights = weights.clone();
        for (double value : support) {
            finite(value);
        }
        for (double value : weights) {
            finite(value);
        }
    }

    /** Values per point. */
    public int inputs() {
        return inputs;
    }

    /** Width of the kernel. */
    public double width() {
        return width;
    }

    /** Centre of the targets. */
    public double centre() {
        return centre;
    }

    /** Size of the targets. */
    public double size() {
        return size;
    }

    /** A copy of the support points. */
    public double[] support() {
        return support.clone();
    }

    /** A copy of the weights. */
    public double[] weights() {
        return weights.clone();
    }

    /** The mean at a point. */
    public double predict(double[] point) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            double distance = 0;
            for (int k = 0; k < inputs; k++) {
                double d = point[k] - support[i * inputs + k];
                distance += d * d;
            }
            sum += weights[i] * Math.exp(-distance / (2 * width * width));
        }
        return centre + size * sum;
    }

    private static double finite(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("A number of the process is not finite.");
        }
        return value;
    }
}
