package dev.keelson.runtime.testing;

import dev.keelson.runtime.tokenizer.BpeTokenizer;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes GGUF files, version 3, as llama.cpp's converter lays them out. */
public final class GgufWriter {
    private static final int ALIGNMENT = 32;

    private final ByteArrayOutputStream metadata = new ByteArrayOutputStream();
    private final Map<String, byte[]> data = new LinkedHashMap<>();
    private final ByteArrayOutputStream tensors = new ByteArrayOutputStream();
    private int keys;
    private long offset;

    /** A text, Integer, Float, Boolean, or a list of texts, Integers or Floats. */
    public GgufWriter put(String key, Object value) {
        keys++;
        text(metadata, key);
        int type = type(value);
        int32(metadata, type);
        if (value instanceof List<?> list) {
            int32(metadata, list.isEmpty() ? 8 : type(list.getFirst()));
            int64(metadata, list.size());
            list.forEach(item -> value(metadata, item));
        } else {
            value(metadata, value);
        }
        return this;
    }

    /** A tensor of any ggml type; {@code shape} rows first. */
    public GgufWriter tensor(String name, int type, long[] shape, byte[] bytes) {
        text(tensors, name);
        int32(tensors, shape.length);
        for (int i = shape.length - 1; i >= 0; i--) {
            int64(tensors, shape[i]);
        }
        int32(tensors, type);
        int64(tensors, offset);
        data.put(name, bytes);
        offset += (bytes.length + ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT;
        return this;
    }

    /** The whole file's bytes. */
    public byte[] bytes() {
        var out = new ByteArrayOutputStream();
        out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        int32(out, 3);
        int64(out, data.size());
        int64(out, keys);
        out.writeBytes(metadata.toByteArray());
        out.writeBytes(tensors.toByteArray());
        pad(out);
        for (byte[] tensor : data.values()) {
            out.writeBytes(tensor);
            pad(out);
        }
        return out.toByteArray();
    }

    /** A model as F32, with a tokenizer's metadata. */
    public static Path write(LlamaWeights w, Map<String, Object> tokenizer, Path file)
            throws IOException {
        LlamaConfig c = w.config();
        String family = c.headNorm() ? "qwen3" : c.projectionBias() ? "qwen2" : "llama";
        String p = family + ".";
        var gguf =
                new GgufWriter()
                        .put("general.architecture", family)
                        .put(p + "context_length", c.context())
                        .put(p + "embedding_length", c.hidden())
                        .put(p + "feed_forward_length", c.feedForward())
                        .put(p + "block_count", c.layers())
                        .put(p + "attention.head_count", c.heads())
                        .put(p + "attention.head_count_kv", c.keyValueHeads())
                        .put(p + "attention.key_length", c.headWidth())
                        .put(p + "attention.value_length", c.headWidth())
                        .put(p + "attention.layer_norm_rms_epsilon", (float) c.normEpsilon())
                        .put(p + "rope.dimension_count", c.headWidth())
                        .put(p + "rope.freq_base", (float) c.rope().base());
        tokenizer.forEach(gguf::put);
        w.named()
                .forEach((name, t) -> {
                    int heads =
                            name.contains("q_proj")
                                    ? c.heads()
                                    : name.contains("k_proj") ? c.keyValueHeads() : 0;
                    Tensor laid = family.equals("llama") && heads > 0 ? neighbours(t, heads) : t;
                    gguf.tensor(gguf(name), 0, laid.shape(), floats(laid.values()));
                });
        return Files.write(file, gguf.bytes());
    }

    /** Rows i and i + half of a head become 2i and 2i + 1. */
    private static Tensor neighbours(Tensor t, int heads) {
        int rows = (int) t.shape()[0];
        int row = t.values().length / rows;
        int width = rows / heads;
        float[] values = new float[t.values().length];
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < width / 2; i++) {
                for (int half = 0; half < 2; half++) {
                    int from = h * width + half * width / 2 + i;
                    int to = h * width + 2 * i + half;
                    System.arraycopy(t.values(), from * row, values, to * row, row);
                }
            }
        }
        return new Tensor(t.shape(), values);
    }

    private static String gguf(String name) {
        return name.replace("model.embed_tokens", "token_embd")
                .replace("model.norm", "output_norm")
                .replace("lm_head", "output")
                .replace("model.layers.", "blk.")
                .replace("input_layernorm", "attn_norm")
                .replace("post_attention_layernorm", "ffn_norm")
                .replace("self_attn.q_proj", "attn_q")
                .replace("self_attn.k_proj", "attn_k")
                .replace("self_attn.v_proj", "attn_v")
                .replace("self_attn.o_proj", "attn_output")
                .replace("self_attn.q_norm", "attn_q_norm")
                .replace("self_attn.k_norm", "attn_k_norm")
                .replace("mlp.gate_proj", "ffn_gate")
                .replace("mlp.up_proj", "ffn_up")
                .replace("mlp.down_proj", "ffn_down");
    }

    /** Little-endian F32. */
    public static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    private static int type(Object value) {
        return switch (value) {
            case Integer i -> 4;
            case Float f -> 6;
            case Boolean b -> 7;
            case String s -> 8;
            default -> 9;
        };
    }

    private static void value(ByteArrayOutputStream out, Object value) {
        switch (value) {
            case Integer i -> int32(out, i);
            case Float f -> int32(out, Float.floatToIntBits(f));
            case Boolean b -> out.write(b ? 1 : 0);
            default -> text(out, value.toString());
        }
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int64(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void int32(ByteArrayOutputStream out, int value) {
        out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    }

    private static void int64(ByteArrayOutputStream out, long value) {
        out.writeBytes(
                ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
    }

    private static void pad(ByteArrayOutputStream out) {
        while (out.size() % ALIGNMENT != 0) {
            out.write(0);
        }
    }

    /** The metadata of a byte-level tokenizer. */
    public static Map<String, Object> tokenizer(BpeTokenizer t) {
        Map<String, Object> m = new LinkedHashMap<>();
        List<String> words = t.vocabulary().words();
        List<Integer> types = new ArrayList<>();
        List<String> merges = new ArrayList<>();
        for (int id = 0; id < words.size(); id++) {
            types.add(t.control().containsValue(id) ? 3 : 1);
        }
        t.merges().forEach(x -> merges.add(words.get(x.left()) + " " + words.get(x.right())));
        m.put("tokenizer.ggml.model", "gpt2");
        m.put("tokenizer.ggml.pre", "gpt-2");
        m.put("tokenizer.ggml.tokens", words);
        m.put("tokenizer.ggml.token_type", types);
        m.put("tokenizer.ggml.merges", merges);
        m.put("tokenizer.ggml.bos_token_id", 0);
        m.put("tokenizer.ggml.eos_token_id", 0);
        m.put("tokenizer.ggml.add_bos_token", true);
        return m;
    }
}
