package dev.keelson.runtime.weights;

import dev.keelson.runtime.format.ModelFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A decoder's weights with the projections that read the same input joined: query, key and value in
 * one matrix, gate and up in another. Matrices are (output, input), as in the files.
 *
 * @param output the output layer; the embedding itself if the two are tied
 */
public record LlamaWeights(
        LlamaConfig config, Tensor embedding, List<Layer> layers, Tensor norm, Tensor output) {
    /**
     * One block.
     *
     * @param projectionBias of the joined projection, (outputs), or null
     * @param headNorm gains of the query heads' norm, then of the key heads', (2, head width), or
     *     null
     */
    public record Layer(
            Tensor attentionNorm,
            Tensor queryKeyValue,
            Tensor attentionOut,
            Tensor feedForwardNorm,
            Tensor gateUp,
            Tensor down,
            @Nullable Tensor projectionBias,
            @Nullable Tensor headNorm) {
        /** The tensors in the order that the scripts expect; what is null is left out. */
        public List<Tensor> tensors() {
            List<Tensor> all =
                    new ArrayList<>(
                            List.of(
                                    attentionNorm,
                                    queryKeyValue,
                                    attentionOut,
                                    feedForwardNorm,
                                    gateUp,
                                    down));
            if (projectionBias != null) {
                all.add(projectionBias);
            }
            if (headNorm != null) {
                all.add(headNorm);
            }
            return all;
        }
    }

    /** Tensors per layer in {@link Layer#tensors()} of a model without bias and head norm. */
    public static final int PER_LAYER = 6;

    private static final String PREFIX = "model.layers.";
    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String NORM = "model.norm.weight";
    private static final String OUTPUT = "lm_head.weight";

    public LlamaWeights {
        layers = List.copyOf(layers);
    }

    /**
     * Reads every tensor of a model.
     *
     * @throws ModelFileException if a tensor is missing, of the wrong shape, not finite, or of no
     *     part of this architecture; the message names it
     */
    public static LlamaWeights read(LlamaConfig config, TensorSource source) throws IOException {
        int d = config.hidden();
        Reader reader = new Reader(source, new TreeSet<>(source.names()));
        Tensor embedding = reader.take(EMBEDDING, config.vocabulary(), d);
        List<Layer> layers = new ArrayList<>();
        for (int l = 0; l < config.layers(); l++) {
            layers.add(layer(config, reader, PREFIX + l + "."));
        }
        Tensor norm = reader.take(NORM, d);
        Tensor output = config.tied() ? embedding : reader.take(OUTPUT, config.vocabulary(), d);
        reader.refuseTheRest(config.tied());
        return new LlamaWeights(config, embedding, layers, norm, output);
    }

    private static Layer layer(LlamaConfig c, Reader reader, String p) throws IOException {
        int d = c.hidden();
        int q = c.queryWidth();
        int kv = c.keyWidth();
        return new Layer(
                reader.take(p + "input_layernorm.weight", d),
                join(
                        d,
                        reader.take(p + "self_attn.q_proj.weight", q, d),
                        reader.take(p + "self_attn.k_proj.weight", kv, d),
                        reader.take(p + "self_attn.v_proj.weight", kv, d)),
                reader.take(p + "self_attn.o_proj.weight", d, q),
                reader.take(p + "post_attention_layernorm.weight", d),
                join(
                        d,
                        reader.take(p + "mlp.gate_proj.weight", c.feedForward(), d),
                        reader.take(p + "mlp.up_proj.weight", c.feedForward(), d)),
                reader.take(p + "mlp.down_proj.weight", d, c.feedForward()),
                c.projectionBias()
                        ? join(
                                0,
                                reader.take(p + "self_attn.q_proj.bias", q),
                                reader.take(p + "self_attn.k_proj.bias", kv),
                                reader.take(p + "self_attn.v_proj.bias", kv))
                        : null,
                c.headNorm()
                        ? join(
                                c.headWidth(),
                                reader.take(p + "self_attn.q_norm.weight", c.headWidth()),
                                reader.take(p + "self_attn.k_norm.weight", c.headWidth()))
                        : null);
    }

    /** The model cut off after its first blocks: one that guesses for it without any training. */
    public LlamaWeights firstLayers(int count) {
        return new LlamaWeights(
                config.withLayers(count), embedding, layers.subList(0, count), norm, output);
    }

    /** Writes {@code model.safetensors} with the names of the Hugging Face layout. */
    public void write(Path file) throws IOException {
        Safetensors.write(file, named());
    }

    /** The tensors apart and under the names of the Hugging Face layout. */
    public Map<String, Tensor> named() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        all.put(EMBEDDING, embedding);
        int q = config.queryWidth();
        int kv = config.keyWidth();
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
            Tensor bias = layer.projectionBias();
            if (bias != null) {
                all.put(p + "self_attn.q_proj.bias", part(bias, 0, q));
                all.put(p + "self_attn.k_proj.bias", part(bias, q, q + kv));
                all.put(p + "self_attn.v_proj.bias", part(bias, q + kv, q + 2 * kv));
            }
            Tensor heads = layer.headNorm();
            if (heads != null) {
                int w = config.headWidth();
                all.put(p + "self_attn.q_norm.weight", part(heads, 0, w));
                all.put(p + "self_attn.k_norm.weight", part(heads, w, 2 * w));
            }
        }
        all.put(NORM, norm);
        if (!config.tied()) {
            all.put(OUTPUT, output);
        }
        return all;
    }

    private record Reader(TensorSource source, Set<String> left) {
        Tensor take(String name, long... shape) throws IOException {
            Tensor t = source.read(name);
            left.remove(name);
            if (!Arrays.equals(t.shape(), shape)) {
                throw wrong(
                        name,
                        "is "
                                + Arrays.toString(t.shape())
                                + ", the configuration asks for "
                                + Arrays.toString(shape));
            }
            for (float value : t.values()) {
                if (!Float.isFinite(value)) {
                    throw wrong(name, "holds " + value);
                }
            }
            return t;
        }

        /** A tensor that nobody uses means another architecture, and wrong answers. */
        void refuseTheRest(boolean tied) throws ModelFileException {
            for (String name : left) {
                boolean known =
                        name.endsWith("rotary_emb.inv_freq") || (tied && name.equals(OUTPUT));
                if (!known) {
                    throw wrong(name, "belongs to no part of this architecture");
                }
            }
        }

        private ModelFileException wrong(String name, String problem) {
            return new ModelFileException(source.origin(), "tensor " + name + " " + problem);
        }
    }

    /** Rows of {@code width} one below the other; plain numbers one after another if it is 0. */
    private static Tensor join(int width, Tensor... parts) {
        int total =
                Arrays.stream(parts)
                        .mapToInt(part -> part.values().length)
                        .reduce(0, Math::addExact);
        float[] values = new float[total];
        int at = 0;
        for (Tensor part : parts) {
            System.arraycopy(part.values(), 0, values, at, part.values().length);
            at += part.values().length;
        }
        return new Tensor(
                width == 0 ? new long[] {total} : new long[] {total / width, width}, values);
    }

    private static Tensor rows(Tensor t, int from, int to) {
        int width = (int) t.shape()[1];
        return new Tensor(
                new long[] {to - from, width},
                Arrays.copyOfRange(t.values(), from * width, to * width));
    }

    private static Tensor part(Tensor t, int from, int to) {
        return new Tensor(new long[] {to - from}, Arrays.copyOfRange(t.values(), from, to));
    }
}
