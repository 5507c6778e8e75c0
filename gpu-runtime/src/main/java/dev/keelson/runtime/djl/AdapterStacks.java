package dev.keelson.runtime.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LoraAdapter;
import dev.keelson.runtime.weights.LoraAdapter.Pair;
import dev.keelson.runtime.weights.Projection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The adapters' weights in native memory, one below the other by slot. Projections that read the
 * same input share the product with A: it is (slots, inputs, projections x rank), and each has a B
 * of its own, (slots, rank, outputs). Smaller ranks are filled up with zeros. What no adapter has
 * had yet takes no memory.
 */
final class AdapterStacks implements AutoCloseable {
    /** Projections that read the same input. */
    static final List<List<Projection>> GROUPS =
            List.of(
                    List.of(Projection.QUERY, Projection.KEY, Projection.VALUE),
                    List.of(Projection.OUTPUT),
                    List.of(Projection.GATE, Projection.UP),
                    List.of(Projection.DOWN));

    /** Arrays of a layer: an A for each group, a B for each projection. */
    static final int PER_LAYER = 4 + 7;

    private static final String STORE =
            """
              def forward(self: __torch__.M, slot: Tensor, ws: List[Tensor]) -> Tensor:
                s = int(torch.select(slot, 0, 0))
                for i in range(torch.floordiv(torch.len(ws), 2)):
                  to = torch.select(ws[torch.mul(i, 2)], 0, s)
                  _1 = torch.copy_(to, ws[torch.add(torch.mul(i, 2), 1)])
                return slot
            """;

    private final LlamaConfig config;
    private final int slots;
    private final int rank;
    private final NDManager manager;
    private final Script store;
    private final List<List<NDArray>> layers = new ArrayList<>();

    /**
     * @param rank largest
     */
    AdapterStacks(LlamaConfig config, int slots, int rank, NDManager manager) {
        this.config = config;
        this.slots = slots;
        this.rank = rank;
        this.manager = manager;
        store = new Script(STORE, manager);
        for (int l = 0; l < config.layers(); l++) {
            List<NDArray> none = new ArrayList<>();
            for (int i = 0; i < PER_LAYER; i++) {
                none.add(Script.listed(manager.zeros(new Shape(0))));
            }
            layers.add(none);
        }
    }

    /** The arrays of a layer: A and its Bs, group by group. */
    List<NDArray> of(int layer) {
        return layers.get(layer);
    }

    /** Puts an adapter into a slot. */
    void load(int slot, LoraAdapter adapter) {
        try (NDManager scope = manager.newSubManager()) {
            var pairs = new NDList();
            for (int l = 0; l < layers.size(); l++) {
                collect(layers.get(l), adapter.layers().get(l), scope, pairs);
            }
            if (!pairs.isEmpty()) {
                var inputs = new NDList(Torch.onHost(scope).create(new long[] {slot}));
                inputs.addAll(pairs);
                store.call(scope, inputs, false);
            }
        }
    }

    @Override
    public void close() {
        store.close();
        layers.forEach(layer -> layer.forEach(NDArray::close));
    }

    private void collect(
            List<NDArray> stacks, Map<Projection, Pair> layer, NDManager scope, NDList into) {
        int at = 0;
        for (List<Projection> group : GROUPS) {
            boolean has = group.stream().anyMatch(layer::containsKey);
            if (has && stacks.get(at).isEmpty()) {
                allocate(stacks, at, group);
            }
            if (!stacks.get(at).isEmpty()) {
                add(into, stacks.get(at), scope, down(group, layer));
                for (int i = 0; i < group.size(); i++) {
                    Projection p = group.get(i);
                    add(into, stacks.get(at + 1 + i), scope, up(layer.get(p), p.outputs(config)));
                }
            }
            at += 1 + group.size();
        }
    }

    private void allocate(List<NDArray> stacks, int at, List<Projection> group) {
        List<Shape> shapes = new ArrayList<>();
        shapes.add(new Shape(slots, group.getFirst().inputs(config), (long) group.size() * rank));
        group.forEach(p -> shapes.add(new Shape(slots, rank, p.outputs(config))));
        for (int i = 0; i < shapes.size(); i++) {
            stacks.get(at + i).close();
            stacks.set(at + i, Script.listed(manager.zeros(shapes.get(i))));
        }
    }

    private static void add(NDList into, NDArray stack, NDManager scope, float[] values) {
        Shape shape = stack.getShape();
        into.add(stack);
        into.add(Script.listed(scope.create(values, new Shape(shape.get(1), shape.get(2)))));
    }

    /** The group's A side by side and turned round: (inputs, projections x rank). */
    private float[] down(List<Projection> group, Map<Projection, Pair> layer) {
        int inputs = group.getFirst().inputs(config);
        int width = group.size() * rank;
        float[] all = new float[inputs * width];
        for (int g = 0; g < group.size(); g++) {
            Pair pair = layer.get(group.get(g));
            if (pair != null) {
                float[] a = pair.a().values();
                int own = a.length / inputs;
                for (int r = 0; r < own; r++) {
                    for (int i = 0; i < inputs; i++) {
                        all[i * width + g * rank + r] = a[r * inputs + i];
                    }
                }
            }
        }
        return all;
    }

    /** B turned round: (rank, outputs). */
    private float[] up(@Nullable Pair pair, int outputs) {
        float[] all = new float[rank * outputs];
        if (pair != null) {
            float[] b = pair.b().values();
            int own = b.length / outputs;
            for (int o = 0; o < outputs; o++) {
                for (int r = 0; r < own; r++) {
                    all[r * outputs + o] = b[o * own + r];
                }
            }
        }
        return all;
    }
}
