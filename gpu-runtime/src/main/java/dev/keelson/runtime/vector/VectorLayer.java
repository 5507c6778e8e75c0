package dev.keelson.runtime.vector;

import dev.keelson.runtime.engine.StepPlan.Copy;
import dev.keelson.runtime.reference.Rotation;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.Projection;
import dev.keelson.runtime.weights.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One block with its part of the key-value cache. Single-writer; a team shares its work. */
final class VectorLayer {
    /** Multiplications of an attention below which calling the team costs more than it gives. */
    private static final long ALONE = 16_384;

    private final LlamaConfig config;
    private final int index;
    private final Rotation rotation;
    private final float[] attentionNorm;
    private final Panels queryKeyValue;
    private final Panels attentionOut;
    private final float[] feedForwardNorm;
    private final Panels gateUp;
    private final Panels down;
    private final @Nullable Tensor projectionBias;
    private final @Nullable Tensor headNorm;
    private final int slots;
    private final float[] keys; // (key-value head, slot, head width)
    private final float[] values;

    /**
     * @param index its place in the model
     * @param slots tokens of the cache
     */
    VectorLayer(
            LlamaConfig config, int index, LlamaWeights.Layer layer, Rotation rotation, int slots) {
        this.config = config;
        this.index = index;
        this.rotation = rotation;
        this.slots = slots;
        attentionNorm = layer.attentionNorm().values();
        queryKeyValue = Panels.of(layer.queryKeyValue());
        attentionOut = Panels.of(layer.attentionOut());
        feedForwardNorm = layer.feedForwardNorm().values();
        gateUp = Panels.ofGated(layer.gateUp());
        down = Panels.of(layer.down());
        projectionBias = layer.projectionBias();
        headNorm = layer.headNorm();
        keys = new float[Math.multiplyExact(slots, config.keyWidth())];
        values = new float[keys.length];
    }

    /** What one token takes in this layer. */
    Rows.Sizes sizes() {
        return new Rows.Sizes(
                attentionOut.rows(),
                queryKeyValue.rows(),
                config.queryWidth(),
                gateUp.rows(),
                gateUp.rows() / 2);
    }

    /** Copies blocks of the cache: all sources are read before the first target is written. */
    void copy(List<Copy> copies, int blockSize) {
        int size = blockSize * config.headWidth();
        for (float[] cache : List.of(keys, values)) {
            for (int head = 0; head < config.keyValueHeads(); head++) {
                int base = head * slots * config.headWidth();
                List<float[]> read =
                        copies.stream()
                                .map(c -> base + c.from() * size)
                                .map(from -> Arrays.copyOfRange(cache, from, from + size))
                                .toList();
                for (int i = 0; i < read.size(); i++) {
                    System.arraycopy(read.get(i), 0, cache, base + copies.get(i).to() * size, size);
                }
            }
        }
    }

    /**
     * Adds the block's contribution to the rows.
     *
     * @param scores for each thread of the team, room for the longest context
     */
    void apply(Rows rows, Team team, float[][] scores, VectorAdapters adapters) {
        Rows.Sizes sizes = rows.sizes();
        int n = rows.count();
        normalise(rows, team, attentionNorm);
        multiply(
                team,
                queryKeyValue,
                n,
                rows.normed,
                sizes.hidden(),
                rows.projected,
                sizes.projected());
        adapters.add(
                index,
                team,
                rows.normed,
                sizes.hidden(),
                rows.projected,
                sizes.projected(),
                Projection.QUERY,
                Projection.KEY,
                Projection.VALUE);
        team.run(n, (worker, row) -> prepare(rows, row));
        attend(rows, team, scores);
        addProduct(rows, team, attentionOut, rows.seen, sizes.query());
        adapters.add(
                index, team, rows.seen, sizes.query(), rows.x, sizes.hidden(), Projection.OUTPUT);
        normalise(rows, team, feedForwardNorm);
        gated(rows, team, adapters);
        addProduct(rows, team, down, rows.inner, sizes.inner());
        adapters.add(
                index, team, rows.inner, sizes.inner(), rows.x, sizes.hidden(), Projection.DOWN);
    }

    /** The gated unit; a part's gates follow its product where no adapter adds to them between. */
    private void gated(Rows rows, Team team, VectorAdapters adapters) {
        Rows.Sizes sizes = rows.sizes();
        if (adapters.adds(index, Projection.GATE) || adapters.adds(index, Projection.UP)) {
            multiply(
                    team,
                    gateUp,
                    rows.count(),
                    rows.normed,
                    sizes.hidden(),
                    rows.gates,
                    sizes.gates());
            adapters.addGated(index, team, rows.normed, sizes.hidden(), rows.gates, sizes.gates());
            team.run(rows.count(), (worker, row) -> gate(rows, row, row + 1, 0, gateUp.count()));
            return;
        }
        int part = part(team, gateUp);
        team.run(
                (gateUp.count() + part - 1) / part,
                (worker, i) -> {
                    int to = Math.min(gateUp.count(), (i + 1) * part);
                    gateUp.multiply(
                            i * part,
                            to,
                            rows.count(),
                            rows.normed,
                            sizes.hidden(),
                            rows.gates,
                            sizes.gates());
                    gate(rows, 0, rows.count(), i * part, to);
                });
    }

    private static void gate(Rows rows, int fromRow, int toRow, int fromPanel, int toPanel) {
        Rows.Sizes sizes = rows.sizes();
        for (int row = fromRow; row < toRow; row++) {
            for (int p = fromPanel; p < toPanel; p++) {
                Lanes.gate(
                        rows.gates,
                        row * sizes.gates() + p * Panels.WIDTH,
                        rows.inner,
                        row * sizes.inner() + p * Lanes.COUNT);
            }
        }
    }

    /** One product, shared out by panels. */
    static void multiply(
            Team team, Panels m, int rows, float[] x, int strideX, float[] y, int strideY) {
        int part = part(team, m);
        team.run(
                (m.count() + part - 1) / part,
                (worker, i) -> {
                    int to = Math.min(m.count(), (i + 1) * part);
                    m.multiply(i * part, to, rows, x, strideX, y, strideY);
                });
    }

    /** A product that is added to the rows. */
    private static void addProduct(Rows rows, Team team, Panels m, float[] x, int strideX) {
        int part = part(team, m);
        int stride = rows.sizes().hidden();
        team.run(
                (m.count() + part - 1) / part,
                (worker, i) -> {
                    int to = Math.min(m.count(), (i + 1) * part);
                    m.multiply(i * part, to, rows.count(), x, strideX, rows.product, stride);
                    int width = (to - i * part) * Panels.WIDTH;
                    for (int row = 0; row < rows.count(); row++) {
                        int at = row * stride + i * part * Panels.WIDTH;
                        Lanes.add(rows.x, at, 1, rows.product, at, width);
                    }
                });
    }

    /** Panels of one part: several parts per thread, in whole groups. */
    private static int part(Team team, Panels m) {
        int parts = team.threads() == 1 ? 1 : 8 * team.threads();
        int even = (m.count() + parts - 1) / parts;
        return (even + Panels.GROUP - 1) / Panels.GROUP * Panels.GROUP;
    }

    private void normalise(Rows rows, Team team, float[] gain) {
        team.run(
                rows.count(),
                (worker, row) -> {
                    int at = row * rows.sizes().hidden();
                    Lanes.normalise(
                            rows.x,
                            at,
                            config.hidden(),
                            gain,
                            0,
                            config.normEpsilon(),
                            rows.normed,
                            at);
                });
    }

    /**
     * Bias, head norm and rotation of one token's projection; its key and value go to the cache.
     */
    private void prepare(Rows rows, int row) {
        float[] y = rows.projected;
        int at = row * rows.sizes().projected();
        if (projectionBias != null) {
            for (int i = 0; i < config.projected(); i++) {
                y[at + i] += projectionBias.values()[i];
            }
        }
        int width = config.headWidth();
        int position = rows.position(row);
        for (int h = 0; h < config.heads() + config.keyValueHeads(); h++) {
            int head = at + h * width;
            if (headNorm != null) {
                int gain = h < config.heads() ? 0 : width;
                Lanes.normalise(
                        y, head, width, headNorm.values(), gain, config.normEpsilon(), y, head);
            }
            rotation.turn(y, head, position);
        }
        int slot = rows.slot(row, position);
        for (int h = 0; h < config.keyValueHeads(); h++) {
            int key = at + config.queryWidth() + h * width;
            int to = (h * slots + slot) * width;
            System.arraycopy(y, key, keys, to, width);
            System.arraycopy(y, key + config.keyWidth(), values, to, width);
        }
    }

    private void attend(Rows rows, Team team, float[][] scores) {
        int heads = config.heads();
        long work = (long) rows.count() * rows.longest() * config.queryWidth();
        if (work < ALONE) {
            for (int i = 0; i < rows.count() * heads; i++) {
                attend(rows, i / heads, i % heads, scores[0]);
            }
        } else {
            team.run(
                    rows.count() * heads,
                    (worker, i) -> attend(rows, i / heads, i % heads, scores[worker]));
        }
    }

    private void attend(Rows rows, int row, int head, float[] weight) {
        int width = config.headWidth();
        int query = row * rows.sizes().projected() + head * width;
        int out = row * rows.sizes().query() + head * width;
        int base = head / (config.heads() / config.keyValueHeads()) * slots;
        int count = rows.position(row) + 1;
        float scale = (float) (1 / Math.sqrt(width));
        for (int p = 0; p < count; p++) {
            int key = (base + rows.slot(row, p)) * width;
            weight[p] = Lanes.dot(rows.projected, query, keys, key, width) * scale;
        }
        Lanes.softmax(weight, count);
        Arrays.fill(rows.seen, out, out + width, 0);
        for (int p = 0; p < count; p++) {
            Lanes.add(rows.seen, out, weight[p], values, (base + rows.slot(row, p)) * width, width);
        }
    }
}
