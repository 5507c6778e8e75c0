package dev.keelson.runtime.vector;

import dev.keelson.runtime.engine.StepPlan;
import dev.keelson.runtime.engine.StepPlan.Slice;
import java.util.Arrays;

/**
 * The tokens of one step one after another, and room for what is computed of each. Kept from step
 * to step; grows when a step is larger than all before.
 */
final class Rows {
    private final int blockSize;
    private final Sizes sizes;
    private int[] tokens = new int[0];
    private int[] positions = new int[0];
    private int[][] blocks = new int[0][];
    private int count;
    private int longest;

    float[] x = new float[0];
    float[] normed = new float[0];
    float[] projected = new float[0];
    float[] seen = new float[0];
    float[] product = new float[0];
    float[] gates = new float[0];
    float[] inner = new float[0];

    /** Numbers of one token in each of the arrays. */
    record Sizes(int hidden, int projected, int query, int gates, int inner) {}

    Rows(int blockSize, Sizes sizes) {
        this.blockSize = blockSize;
        this.sizes = sizes;
    }

    Sizes sizes() {
        return sizes;
    }

    void fill(StepPlan plan) {
        count = 0;
        longest = 0;
        reserve(plan.tokens());
        for (Slice slice : plan.slices()) {
            for (int i = 0; i < slice.tokens().length; i++) {
                tokens[count] = slice.tokens()[i];
                positions[count] = slice.start() + i;
                blocks[count] = slice.blocks();
                longest = Math.max(longest, positions[count] + 1);
                count++;
            }
        }
    }

    int count() {
        return count;
    }

    /** Tokens that the token with the longest past sees, itself too. */
    int longest() {
        return longest;
    }

    int token(int row) {
        return tokens[row];
    }

    int position(int row) {
        return positions[row];
    }

    /** Where a position of the row's sequence lies in the cache. */
    int slot(int row, int position) {
        return blocks[row][position / blockSize] * blockSize + position % blockSize;
    }

    private void reserve(int rows) {
        int room = (rows + Panels.TILE - 1) / Panels.TILE * Panels.TILE;
        if (room <= tokens.length) {
            return;
        }
        tokens = new int[room];
        positions = new int[room];
        blocks = Arrays.copyOf(blocks, room);
        x = new float[Math.multiplyExact(room, sizes.hidden)];
        normed = new float[Math.multiplyExact(room, sizes.hidden)];
        product = new float[Math.multiplyExact(room, sizes.hidden)];
        projected = new float[Math.multiplyExact(room, sizes.projected)];
        seen = new float[Math.multiplyExact(room, sizes.query)];
        gates = new float[Math.multiplyExact(room, sizes.gates)];
        inner = new float[Math.multiplyExact(room, sizes.inner)];
    }
}
