package dev.keelson.runtime.engine;

import java.util.Arrays;

/** Finds how small the smallest weight is that top-p and top-k leave. Single-writer. */
final class Nucleus {
    private static final int SHIFT = 19; // sign, exponent and four bits of the mantissa
    private static final int BUCKETS = (Float.floatToRawIntBits(1f) >>> SHIFT) + 1;

    private final double[] mass = new double[BUCKETS];
    private final int[] size = new int[BUCKETS];
    private float[] members = new float[64];

    /**
     * The bits of a positive float grow with it, so buckets of bits are in order: whole ones are
     * passed over, and only the one in which the border lies is looked into.
     *
     * @param weights 0 to 1, of which the first {@code count} count
     * @param floor smaller ones do not count
     * @param most weights to leave at most; more only where the last ones are equal
     * @param share of the mass to leave at least
     */
    float least(float[] weights, int count, float floor, int most, double share) {
        Arrays.fill(mass, 0);
        Arrays.fill(size, 0);
        double total = 0;
        for (int i = 0; i < count; i++) {
            if (weights[i] >= floor) {
                int bucket = Float.floatToRawIntBits(weights[i]) >>> SHIFT;
                mass[bucket] += weights[i];
                size[bucket]++;
            }
        }
        for (double m : mass) {
            total += m;
        }
        double missing = share * total;
        int left = most;
        int at = BUCKETS - 1;
        while (at > 0 && mass[at] < missing && size[at] < left) {
            missing -= mass[at];
            left -= size[at];
            at--;
        }
        int found = collect(weights, count, floor, at);
        return within(found, left, missing);
    }

    private int collect(float[] weights, int count, float floor, int bucket) {
        int found = 0;
        if (members.length < size[bucket]) {
            members = new float[size[bucket]];
        }
        for (int i = 0; i < count; i++) {
            if (weights[i] >= floor && Float.floatToRawIntBits(weights[i]) >>> SHIFT == bucket) {
                members[found++] = weights[i];
            }
        }
        return found;
    }

    private float within(int found, int most, double mass) {
        Arrays.sort(members, 0, found);
        double missing = mass;
        int left = most;
        float least = found == 0 ? 0 : members[found - 1];
        for (int i = found - 1; i >= 0 && left > 0 && missing > 0; i--) {
            least = members[i];
            missing -= least;
            left--;
        }
        return least;
    }
}
