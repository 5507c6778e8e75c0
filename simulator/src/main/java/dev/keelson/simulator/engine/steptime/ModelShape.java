package dev.keelson.simulator.engine.steptime;

/**
 * The shape of a transformer.
 *
 * @param layers decoder layers
 * @param hidden width of the residual stream
 * @param heads query heads
 * @param kvHeads key-value heads
 * @param headSize width of one head
 * @param feedForward width of the feed-forward layer, of one expert in a mixture
 * @param vocabulary tokens
 * @param experts experts of a layer; 0 for a dense model
 * @param expertsPerToken experts that compute each token; 0 for a dense model
 */
public record ModelShape(
        String name,
        int layers,
        int hidden,
        int heads,
        int kvHeads,
        int headSize,
        int feedForward,
        int vocabulary,
        int experts,
        int expertsPerToken) {

    /** Whether its feed-forward layers are mixtures of experts. */
    public boolean isMixture() {
        return experts > 0;
    }

    /** Bytes of keys and values of one token over all layers, at two bytes a number. */
    public long kvBytesPerToken() {
        return 2L * 2 * layers * kvHeads * headSize;
    }

    /** Numbers in the attention part of one layer. */
    public double attentionParameters() {
        return (double) hidden * headSize * (2.0 * heads + 2.0 * kvHeads);
    }

    /** Numbers in one feed-forward layer, or in one expert: gate, up and down. */
    public double feedForwardParameters() {
        return 3.0 * hidden * feedForward;
    }

    /** Numbers in the model, embedding and output layer included. */
    public double parameters() {
        return layers * (attentionParameters() + feedForwardParameters() * Math.max(1, experts))
                + 2.0 * hidden * vocabulary;
    }
}
