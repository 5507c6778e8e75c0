package dev.keelson.runtime.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.keelson.runtime.engine.StepPlan.Copy;
import java.util.List;

/** Copies blocks of a paged cache in place, in all layers by one call. */
final class CacheCopy implements AutoCloseable {
    /** Gathers before it writes: a source may be another copy's target. */
    private static final String COPY =
            """
              def forward(self: __torch__.M, to: Tensor, source: Tensor, ws: List[Tensor]) -> Tensor:
                for i in range(torch.len(ws)):
                  c = ws[i]
                  _1 = torch.index_copy_(c, 0, to, torch.index_select(c, 0, source))
                return to
            """;

    private final Script script;
    private final NDList caches = new NDList();
    private final int blockSize;

    /**
     * @param caches keys or values of one layer each: (slots, heads, width)
     * @param blockSize slots of a block
     */
    CacheCopy(List<NDArray> caches, int blockSize, NDManager manager) {
        script = new Script(COPY, manager);
        caches.forEach(cache -> this.caches.add(Script.listed(cache)));
        this.blockSize = blockSize;
    }

    void run(NDManager scope, List<Copy> copies) {
        long[] to = new long[copies.size() * blockSize];
        long[] from = new long[to.length];
        for (int i = 0; i < to.length; i++) {
            Copy copy = copies.get(i / blockSize);
            to[i] = (long) copy.to() * blockSize + i % blockSize;
            from[i] = (long) copy.from() * blockSize + i % blockSize;
        }
        var inputs = new NDList(scope.create(to), scope.create(from));
        inputs.addAll(caches);
        script.call(scope, inputs, false);
    }

    @Override
    public void close() {
        script.close();
    }
}
