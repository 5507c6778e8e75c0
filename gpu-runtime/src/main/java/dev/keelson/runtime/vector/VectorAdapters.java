package dev.keelson.runtime.vector;

import dev.keelson.runtime.engine.StepPlan;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LoraAdapter;
import dev.keelson.runtime.weights.LoraAdapter.Pair;
import dev.keelson.runtime.weights.Projection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The adapters in their slots, and which rows of a step have which. Rows of one adapter are
 * gathered into tiles, and each is computed as if it were alone, so that a token's numbers do not
 * depend on what is beside it. Single-writer; a team shares the tiles.
 */
final class VectorAdapters {
    /** Both matrices of a pair. */
    private record Factors(Panels a, Panels b) {
        static Factors of(Pair pair) {
            return new Factors(Panels.of(pair.a()), Panels.of(pair.b()));
        }
    }

    /** Rows of a step that have the same adapter, as many as are multiplied at once. */
    private record Tile(List<Map<Projection, Factors>> layers, List<Integer> rows) {}

    /** Room of one thread for a tile. */
    private static final class Room {
        float[] in = new float[0];
        float[] low = new float[0];
        float[] out = new float[0];

        void reserve(int inputs, int rank, int outputs) {
            in = grown(in, inputs);
            low = grown(low, rank);
            out = grown(out, outputs);
        }

        private static float[] grown(float[] array, int width) {
            int size = Panels.TILE * width;
            return array.length >= size ? array : new float[size];
        }
    }

    private final LlamaConfig config;
    private final @Nullable List<Map<Projection, Factors>>[] slots;
    private final Room[] rooms;
    private final List<Tile> tiles = new ArrayList<>();

    @SuppressWarnings({"unchecked", "rawtypes"})
    VectorAdapters(LlamaConfig config, int count, int threads) {
        this.config = config;
        slots = new List[count];
        rooms = new Room[threads];
        Arrays.setAll(rooms, i -> new Room());
    }

    /** Takes the plan's loads in and gathers the rows that have an adapter. */
    void begin(StepPlan plan) {
        for (StepPlan.Load load : plan.loads()) {
            slots[load.slot()] = layers(load.adapter());
        }
        tiles.clear();
        Tile[] open = new Tile[slots.length];
        int row = 0;
        for (StepPlan.Slice slice : plan.slices()) {
            for (int i = 0; i < slice.tokens().length; i++, row++) {
                if (slice.adapter() >= 0) {
                    open[slice.adapter()] = put(row, slice.adapter(), open[slice.adapter()]);
                }
            }
        }
    }

    /** Whether a row of this step has one that adds to the projection. */
    boolean adds(int layer, Projection projection) {
        return tiles.stream().anyMatch(tile -> tile.layers.get(layer).containsKey(projection));
    }

    /**
     * Adds what the rows' adapters add to projections that read {@code x}.
     *
     * @param y outputs of the projections one after another
     */
    void add(
            int layer,
            Team team,
            float[] x,
            int strideX,
            float[] y,
            int strideY,
            Projection... projections) {
        run(
                layer,
                team,
                x,
                strideX,
                (room, row, projection, at) -> {
                    int from = 0;
                    for (Projection p : projections) {
                        if (p == projection) {
                            int width = p.outputs(config);
                            Lanes.add(y, row * strideY + from, 1, room.out, at, width);
                        }
                        from += p.outputs(config);
                    }
                },
                projections);
    }

    /** The same for gates and ups, which lie in turn, a vector of each. */
    void addGated(int layer, Team team, float[] x, int strideX, float[] y, int strideY) {
        int width = Projection.GATE.outputs(config);
        run(
                layer,
                team,
                x,
                strideX,
                (room, row, projection, at) -> {
                    int first = row * strideY + (projection == Projection.UP ? Lanes.COUNT : 0);
                    for (int i = 0; i < width; i += Lanes.COUNT) {
                        int count = Math.min(Lanes.COUNT, width - i);
                        Lanes.add(y, first + 2 * i, 1, room.out, at + i, count);
                    }
                },
                Projection.GATE,
                Projection.UP);
    }

    /** Adds one row's numbers, which lie at {@code at} in the room, to where they belong. */
    @FunctionalInterface
    private interface Adder {
        void add(Room room, int row, Projection projection, int at);
    }

    private void run(
            int layer, Team team, float[] x, int strideX, Adder adder, Projection... projections) {
        if (!tiles.isEmpty()) {
            team.run(
                    tiles.size(),
                    (worker, i) -> {
                        Tile tile = tiles.get(i);
                        for (Projection projection : projections) {
                            Factors factors = tile.layers.get(layer).get(projection);
                            if (factors != null) {
                                multiply(tile, factors, projection, x, strideX, rooms[worker]);
                                for (int r = 0; r < tile.rows.size(); r++) {
                                    adder.add(
                                            rooms[worker],
                                            tile.rows.get(r),
                                            projection,
                                            r * factors.b.rows());
                                }
                            }
                        }
                    });
        }
    }

    private void multiply(
            Tile tile, Factors factors, Projection projection, float[] x, int strideX, Room room) {
        int inputs = projection.inputs(config);
        int rank = factors.a.rows();
        room.reserve(inputs, rank, factors.b.rows());
        int count = tile.rows.size();
        for (int r = 0; r < count; r++) {
            System.arraycopy(x, tile.rows.get(r) * strideX, room.in, r * inputs, inputs);
        }
        factors.a.multiply(0, factors.a.count(), count, room.in, inputs, room.low, rank);
        factors.b.multiply(0, factors.b.count(), count, room.low, rank, room.out, factors.b.rows());
    }

    private Tile put(int row, int slot, @Nullable Tile open) {
        Tile tile = open;
        if (tile == null || tile.rows.size() == Panels.TILE) {
            List<Map<Projection, Factors>> layers = slots[slot];
            if (layers == null) {
                throw new IllegalStateException("slot " + slot + " holds no adapter");
            }
            tile = new Tile(layers, new ArrayList<>(Panels.TILE));
            tiles.add(tile);
        }
        tile.rows.add(row);
        return tile;
    }

    private static List<Map<Projection, Factors>> layers(LoraAdapter adapter) {
        List<Map<Projection, Factors>> layers = new ArrayList<>();
        for (Map<Projection, Pair> pairs : adapter.layers()) {
            Map<Projection, Factors> layer = new EnumMap<>(Projection.class);
            pairs.forEach((projection, pair) -> layer.put(projection, Factors.of(pair)));
            layers.add(layer);
        }
        return layers;
    }
}
