package dev.keelson.runtime.weights;

import dev.keelson.runtime.weights.Safetensors.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A decoder's weights with the projections that read the same input joined: query, key and value in
 * one matrix, gate and up in another. Matrices are (output, input), as in the files.
 *
 * @param output the output layer; the embedding itself if the two are tied
 */
public record LlamaWeights(
        LlamaConfig config, Tensor embedding, List<Layer> layers, Tensor norm, Tensor output) {
    /** One block. */
    public record Layer(
            Tensor attentionNorm,
            Tensor queryKeyValue,
            Tensor attentionOut,
            Tensor feedForwardNorm,
            Tensor gateUp,
            Tensor down) {
        /** The tensors in the order that the scripts expect. */
        public List<Tensor> tensors() {
            return List.of(
                    attentionNorm, queryKeyValue, attentionOut, feedForwardNorm, gateUp, down);
        }
    }

    /** Tensors per layer in {@link Layer#tensors()}. */
    public static final int PER_LAYER = 6;

    private static final String PREFIX = "model.layers.";

    /**
     * Reads the weights of a model folder: {@code model.safetensors}, or every {@code
     * *.safetensors} of a split model.
     *
     * @throws IOException if a tensor is missing, of the wrong shape or not finite; the message
     *     names it
     */
    public static LlamaWeights read(LlamaConfig config, Path folder) throws IOException {
        Map<String, Tensor> all = new LinkedHashMap<>();
        try (var files = Files.newDirectoryStream(folder, "*.safetensors")) {
            for (Path file : files) {
                all.putAll(Safetensors.read(file));
            }
        }
        int d = config.hidden();
        int kv = config.keyValueHeads() * config.headWidth();
        int q = config.heads() * config.headWidth();
        Reader reader = new Reader(all, folder);
        Tensor embedding = reader.take("model.embed_tokens.weight", config.vocabulary(), d);
        List<Layer> layers = new ArrayList<>();
        for (int l = 0; l < config.layers(); l++) {
            String p = PREFIX + l + ".";
            layers.add(
                    new Layer(
                            reader.take(p + "input_layernorm.weight", d),
                            join(
                                    reader.take(p + "self_attn.q_proj.weight", q, d),
                                    reader.take(p + "self_attn.k_proj.weight", kv, d),
                                    reader.take(p + "self_attn.v_proj.weight", kv, d)),
                            reader.take(p + "self_attn.o_proj.weight", d, q),
                            reader.take(p + "post_attention_layernorm.weight", d),
                            join(
                                    reader.take(
                                            p + "mlp.gate_proj.weight", config.feedForward(), d),
                                    reader.take(p + "mlp.up_proj.weight", config.feedForward(), d)),
                            reader.take(p + "mlp.down_proj.weight", d, config.feedForward())));
        }
        Tensor output =
                config.tied() ? embedding : reader.take("lm_head.weight", config.vocabulary(), d);
        return new LlamaWeights(
                config, embedding, layers, reader.take("model.norm.weight", d), output);
    }

    /** Writes {@code model.safetensors} with the names of the Hugging Face layout. */
    public void write(Path file) throws IOException {
        Map<String, Tensor> all = new LinkedHashMap<>();
        all.put("model.embed_tokens.weight", embedding);
        int kv = config.keyValueHeads() * config.headWidth();
        int q = config.heads() * config.headWidth();
        int f = config.feedForward();
        for (int l = 0; l < layers.size(); l++) {
            String p = PREFIX + l + ".";
            Layer layer = layers.get(l);
            all.put(p + "input_layernorm.weight", layer.attentionNorm());
            all.put(p + "self_attn.q_proj.weight", rows(layer.queryKeyValue(), 0, q));
            all.put(p + "self_attn.k_proj.weight", rows(layer.queryKeyValue(), q, q + kv));
            all.put(p + "self_attn.v_proj.weight", rows(layer.queryKeyValue(), q + kv, q + 2 * kv));
            all.put(p + "self_attn.o_proj.weight", layer.attentionOut());
            all.put(p + "post_attention_layernorm.weight", layer.feedForwardNorm());
            all.put(p + "mlp.gate_proj.weight", rows(layer.gateUp(), 0, f));
            all.put(p + "mlp.up_proj.weight", rows(layer.gateUp(), f, 2 * f));
            all.put(p + "mlp.down_proj.weight", layer.down());
        }
        all.put("model.norm.weight", norm);
        if (!config.tied()) {
            all.put("lm_head.weight", output);
        }
        Safetensors.write(file, all);
    }

    private record Reader(Map<String, Tensor> all, Path folder) {
        Tensor take(String name, long... shape) throws IOException {
            Tensor t = all.get(name);
            if (t == null) {
                throw new IOException(folder + ": tensor " + name + " is missing");
            }
            if (!java.util.Arrays.equals(t.shape(), shape)) {
                throw new IOException(
                        folder
                                + ": tensor "
                                + name
                                + " is "
                                + java.util.Arrays.toString(t.shape())
                                + ", config.json asks for "
                                + java.util.Arrays.toString(shape));
            }
            for (float value : t.values()) {
                if (!Float.isFinite(value)) {
                    throw new IOException(folder + ": tensor " + name + " holds " + value);
                }
            }
            return t;
        }
    }

    private static Tensor join(Tensor... parts) {
        int rows = 0;
        int width = (int) parts[0].shape()[1];
        for (Tensor part : parts) {
            rows += (int) part.shape()[0];
        }
        float[] values = new float[rows * width];
        int at = 0;
        for (Tensor part : parts) {
            System.arraycopy(part.values(), 0, values, at, part.values().length);
            at += part.values().length;
        }
        return new Tensor(new long[] {rows, width}, values);
    }

    private static Tensor rows(Tensor t, int from, int to) {
        int width = (int) t.shape()[1];
        return new Tensor(
                new long[] {to - from, width},
                java.util.Arrays.copyOfRange(t.values(), from * width, to * width));
    }
}
