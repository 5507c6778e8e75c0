package dev.keelson.simulator.engine.steptime;

/**
 * How a model is cut and in which types it is kept.
 *
 * @param tensor ranks that share the attention and a dense feed-forward layer
 * @param data copies of the attention that step together
 * @param expertTensor ranks that share each expert
 * @param expert ranks that share the set of experts
 * @param products type of the weights, as the tables name it
 * @param experts type of the experts' weights
 * @param cache type of keys and values
 */
public record KernelPlan(
        int tensor,
        int data,
        int expertTensor,
        int expert,
        String products,
        String experts,
        String cache) {
    private static final double MOST_BLOCKS = 1 << 24;

    public KernelPlan {
        if (tensor < 1 || data < 1 || expertTensor < 1 || expert < 1) {
            throw new IllegalArgumentException(
                    "Tensor (%d), data (%d), expert tensor (%d) and expert (%d) ranks must be at least 1."
                            .formatted(tensor, data, expertTensor, expert));
        }
    }

    /** A dense model or one whose experts are cut like the rest; 16-bit keys and values. */
    public static KernelPlan of(int tensor, String type) {
        return new KernelPlan(tensor, 1, tensor, 1, type, type, "bfloat16");
    }

    /** Bytes of one weight: with the scales of its block, where the type has them. */
    public static double bytesPerWeight(String type) {
        return switch (type) {
            case "bfloat16" -> 2;
            case "fp8", "fp8_block" -> 1;
            case "nvfp4", "int4_wo", "w4a16_mxfp4" -> 0.5625;
            default -> throw new MissingKernelException("nothing known of the type " + type);
        };
    }

    /**
     * KV blocks of one rank: what weights and reserve leave of this share of the memory; 0 where
     * the model does not fit.
     */
    public int kvBlocks(ModelShape model, SystemSpec system, double share, int blockTokens) {
        double attention =
                model.layers() * model.attentionParameters() / tensor * bytesPerWeight(products);
        double outer = 2.0 * model.hidden() * model.vocabulary() / tensor * 2;
        double feedForward =
                model.isMixture()
                        ? model.layers()
                                * model.feedForwardParameters()
                                * model.experts()
                                / ((double) expertTensor * expert)
                                * bytesPerWeight(experts)
                        : model.layers()
                                * model.feedForwardParameters()
                                / tensor
                                * bytesPerWeight(products);
        double perToken =
                2.0
                        * model.layers()
                        * Math.max(1, model.kvHeads() / tensor)
                        * model.headSize()
                        * bytesPerWeight(cache);
        double room =
                system.memoryBytes() * share
                        - system.reservedBytes()
                        - attention
                        - outer
                        - feedForward;
        return (int) Math.max(0, Math.min(MOST_BLOCKS, room / (perToken * blockTokens)));
    }
}
