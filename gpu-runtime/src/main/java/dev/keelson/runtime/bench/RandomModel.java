package dev.keelson.runtime.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.runtime.weights.Safetensors;
import dev.keelson.runtime.weights.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A model of random weights in the shape that ratios are measured on: width 288, feed-forward 768,
 * 6 layers, 6 heads, 32,000 tokens. It says nothing and takes the time of one that does.
 */
final class RandomModel {
    static final int VOCABULARY = 32_000;

    private static final int HIDDEN = 288;
    private static final int FEED_FORWARD = 768;
    private static final int LAYERS = 6;
    private static final int HEADS = 6;
    private static final ObjectMapper JSON = new ObjectMapper();

    private RandomModel() {}

    /**
     * Writes config.json, model.safetensors and tokenizer.json.
     *
     * @param tokenizer a tokenizer.json with fewer tokens, to which words are added
     */
    static void write(Path folder, Path tokenizer, long seed) throws IOException {
        ObjectNode config =
                JSON.createObjectNode()
                        .put("model_type", "llama")
                        .put("hidden_act", "silu")
                        .put("vocab_size", VOCABULARY)
                        .put("hidden_size", HIDDEN)
                        .put("intermediate_size", FEED_FORWARD)
                        .put("num_hidden_layers", LAYERS)
                        .put("num_attention_heads", HEADS)
                        .put("num_key_value_heads", HEADS)
                        .put("max_position_embeddings", 2048)
                        .put("rope_theta", 10_000.0)
                        .put("rms_norm_eps", 1e-5)
                        .put("tie_word_embeddings", true)
                        .put("attention_bias", false)
                        .put("mlp_bias", false)
                        .put("torch_dtype", "float32")
                        .put("bos_token_id", 0)
                        .put("eos_token_id", 0);
        Files.writeString(folder.resolve("config.json"), config.toPrettyString());
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer(tokenizer));
        Safetensors.write(folder.resolve("model.safetensors"), tensors(new Random(seed)));
    }

    private static Map<String, Tensor> tensors(Random random) {
        Map<String, Tensor> all = new TreeMap<>();
        all.put("model.embed_tokens.weight", normal(random, VOCABULARY, HIDDEN));
        all.put("model.norm.weight", ones());
        for (int l = 0; l < LAYERS; l++) {
            String layer = "model.layers." + l + ".";
            all.put(layer + "input_layernorm.weight", ones());
            all.put(layer + "post_attention_layernorm.weight", ones());
            for (String name : new String[] {"q", "k", "v", "o"}) {
                all.put(
                        layer + "self_attn." + name + "_proj.weight",
                        normal(random, HIDDEN, HIDDEN));
            }
            all.put(layer + "mlp.gate_proj.weight", normal(random, FEED_FORWARD, HIDDEN));
            all.put(layer + "mlp.up_proj.weight", normal(random, FEED_FORWARD, HIDDEN));
            all.put(layer + "mlp.down_proj.weight", normal(random, HIDDEN, FEED_FORWARD));
        }
        return all;
    }

    private static Tensor ones() {
        float[] values = new float[HIDDEN];
        java.util.Arrays.fill(values, 1);
        return new Tensor(new long[] {HIDDEN}, values);
    }

    private static Tensor normal(Random random, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * 0.05);
        }
        return new Tensor(new long[] {rows, columns}, values);
    }

    private static String tokenizer(Path smaller) throws IOException {
        ObjectNode root = (ObjectNode) JSON.readTree(Files.readString(smaller));
        ObjectNode words = (ObjectNode) root.path("model").path("vocab");
        for (int i = 0; words.size() < VOCABULARY; i++) {
            String word = Integer.toString(i, 36);
            if (!words.has(word)) {
                words.put(word, words.size());
            }
        }
        return root.toString();
    }
}
