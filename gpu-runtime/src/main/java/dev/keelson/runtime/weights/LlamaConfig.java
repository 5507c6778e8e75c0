package dev.keelson.runtime.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The shape of a Llama-architecture decoder, as {@code config.json} names it.
 *
 * @param vocabulary tokens
 * @param hidden width of the residual stream
 * @param feedForward width inside the gated feed-forward layer
 * @param heads query heads
 * @param keyValueHeads key and value heads; divides {@code heads}
 * @param headWidth width of one head
 * @param context longest sequence in tokens
 * @param tied whether the output layer is the embedding
 * @param beginToken token before every text, or -1
 * @param endToken token that ends a text, or -1
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
        double ropeTheta,
        double normEpsilon,
        boolean tied,
        int beginToken,
        int endToken) {
    private static final ObjectMapper JSON = new ObjectMapper();

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

    /** Width of the joined query, key and value projection. */
    public int projected() {
        return (heads + 2 * keyValueHeads) * headWidth;
    }

    /**
     * Reads {@code config.json}.
     *
     * @throws IOException if it is missing, malformed or of another architecture; the message names
     *     the file
     */
    public static LlamaConfig read(Path file) throws IOException {
        JsonNode j = JSON.readTree(Files.readAllBytes(file));
        if (!j.path("model_type").asText("").equals("llama")) {
            throw new IOException(
                    file
                            + ": model_type is \""
                            + j.path("model_type").asText("")
                            + "\"; only llama is served");
        }
        if (!j.path("rope_scaling").isMissingNode() && !j.path("rope_scaling").isNull()) {
            throw new IOException(file + ": rope_scaling is not supported");
        }
        int heads = j.path("num_attention_heads").asInt();
        int hidden = j.path("hidden_size").asInt();
        try {
            return new LlamaConfig(
                    j.path("vocab_size").asInt(),
                    hidden,
                    j.path("intermediate_size").asInt(),
                    j.path("num_hidden_layers").asInt(),
                    heads,
                    j.path("num_key_value_heads").asInt(heads),
                    j.path("head_dim").asInt(heads == 0 ? 0 : hidden / heads),
                    j.path("max_position_embeddings").asInt(2048),
                    j.path("rope_theta").asDouble(10_000),
                    j.path("rms_norm_eps").asDouble(1e-5),
                    j.path("tie_word_embeddings").asBoolean(false),
                    token(j.path("bos_token_id")),
                    token(j.path("eos_token_id")));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /** Writes {@code config.json}. */
    public void write(Path file) throws IOException {
        ObjectNode j = JSON.createObjectNode();
        j.putArray("architectures").add("LlamaForCausalLM");
        j.put("model_type", "llama")
                .put("hidden_act", "silu")
                .put("vocab_size", vocabulary)
                .put("hidden_size", hidden);
        j.put("intermediate_size", feedForward)
                .put("num_hidden_layers", layers)
                .put("num_attention_heads", heads);
        j.put("num_key_value_heads", keyValueHeads)
                .put("head_dim", headWidth)
                .put("max_position_embeddings", context);
        j.put("rope_theta", ropeTheta)
                .put("rms_norm_eps", normEpsilon)
                .put("tie_word_embeddings", tied);
        j.put("attention_bias", false).put("mlp_bias", false).put("torch_dtype", "float32");
        j.put("bos_token_id", beginToken).put("eos_token_id", endToken);
        Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(j) + "\n");
    }

    private static int token(JsonNode node) {
        return node.isArray() ? node.path(0).asInt(-1) : node.asInt(-1);
    }
}
