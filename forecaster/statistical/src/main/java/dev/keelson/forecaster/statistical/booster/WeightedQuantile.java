package dev.keelson.forecaster.statistical.booster;

/** The weighted quantile of unsorted values, in linear time on average. */
final class WeightedQuantile {
    private WeightedQuantile() {}

    /**
     * The smallest value whose cumulative weight exceeds a share of the total. Reorders both
     * arrays.
     *
     * @param count how many of the first values count, at least 1
     */
    static float of(float[] values, int[] weights, int count, double share) {
        long total = 0;
        for (int i = 0; i < count; i++) {
            total += weights[i];
        }
        double wanted = total * share;
        double before = 0;
        int low = 0;
        int high = count - 1;
        while (low < high) {
            float pivot = middle(values[low], values[(low + high) >>> 1], values[high]);
            int less = low;
            int greater = high;
            double lessWeight = 0;
            double equalWeight = 0;
            for (int k = low; k <= greater; ) {
                if (values[k] < pivot) {
                    lessWeight += weights[k];
                    swap(values, weights, k++, less++);
                } else if (values[k] > pivot) {
                    swap(values, weights, k, greater--);
                } else {
                    equalWeight += weights[k++];
                }
            }
            if (before + lessWeight > wanted) {
                high = less - 1;
            } else if (before + lessWeight + equalWeight > wanted || greater + 1 >= count) {
                return pivot;
            } else {
                before += lessWeight + equalWeight;
                low = greater + 1;
            }
        }
        return values[Math.min(low, count - 1)];
    }

    private static float middle(float a, float b, float c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }

    private static void swap(float[] values, int[] weights, int i, int j) {
        float value = values[i];
        values[i] = values[j];
        values[j] = value;
        int weight = weights[i];
        weights[i] = weights[j];
        weights[j] = weight;
    }
}
