package dev.keelson.runtime.weights;

/**
 * The shape of a decoder of the Llama family (Llama, Mistral, Qwen2, Qwen3).
 *
 * @param vocabulary tokens
 * @param hidden width of the residual stream
 * @param feedForward width inside the gated feed-forward layer
 * @param heads query heads
 * @param keyValueHeads key and value heads; divides {@code heads}
 * @param headWidth width of one head
 * @param context longest sequence in tokens
 * @param tied whether the output layer is the embedding
 * @param projectionBias whether query, key and value projections have a bias (Qwen2)
 * @param headNorm whether each query and key head is normalised before it is rotated (Qwen3)
 */
public record LlamaConfig(
        int vocabulary,
        int hidden,
        int feedForward,
        int layers,
        int heads,
        int keyValueHeads,
        int headWidth,
        int context,
        Rope rope,
        double normEpsilon,
        boolean tied,
        boolean projectionBias,
        boolean headNorm) {
    public LlamaConfig {
        if (vocabulary < 1
                || hidden < 1
                || feedForward < 1
                || layers < 1
                || heads < 1
                || keyValueHeads < 1
                || context < 1) {
            throw new IllegalArgumentException("sizes must be positive");
        }
        if (heads % keyValueHeads != 0 || headWidth < 2 || headWidth % 2 != 0) {
            throw new IllegalArgumentException(
                    "heads must be a multiple of key-value heads and a head's width even");
        }
    }

    /** Width of all query heads. */
    public int queryWidth() {
        return heads * headWidth;
    }

    /** Width of all key heads, and of all value heads. */
    public int keyWidth() {
        return keyValueHeads * headWidth;
    }

    /** Width of the joined query, key and value projection. */
    public int projected() {
        return queryWidth() + 2 * keyWidth();
    }

    /** The same with fewer blocks. */
    LlamaConfig withLayers(int count) {
        return new LlamaConfig(
                vocabulary,
                hidden,
                feedForward,
                count,
                heads,
                keyValueHeads,
                headWidth,
                context,
                rope,
                normEpsilon,
                tied,
                projectionBias,
                headNorm);
    }
}
