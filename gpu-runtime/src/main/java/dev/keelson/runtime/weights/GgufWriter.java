package dev.keelson.runtime.weights;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Writes GGUF files, version 3, as llama.cpp's converter lays them out. */
public final class GgufWriter {
    private static final int ALIGNMENT = 32;

    private final ByteArrayOutputStream metadata = new ByteArrayOutputStream();
    private final Map<String, Supplier<byte[]>> data = new LinkedHashMap<>();
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
            int32(metadata, elementType(list));
            int64(metadata, list.size());
            list.forEach(item -> value(metadata, item));
        } else {
            value(metadata, value);
        }
        return this;
    }

    /**
     * A tensor of any ggml type; {@code shape} rows first.
     *
     * @param length of {@code bytes}, which are asked for only when the file is written
     */
    public GgufWriter tensor(
            String name, int type, long[] shape, long length, Supplier<byte[]> bytes) {
        text(tensors, name);
        int32(tensors, shape.length);
        for (int i = shape.length - 1; i >= 0; i--) {
            int64(tensors, shape[i]);
        }
        int32(tensors, type);
        int64(tensors, offset);
        data.put(name, bytes);
        offset += (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        return this;
    }

    /** Writes the whole file. */
    public Path write(Path file) throws IOException {
        var head = new ByteArrayOutputStream();
        head.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        int32(head, 3);
        int64(head, data.size());
        int64(head, keys);
        head.writeBytes(metadata.toByteArray());
        head.writeBytes(tensors.toByteArray());
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            padded(out, head.toByteArray());
            for (Supplier<byte[]> tensor : data.values()) {
                padded(out, tensor.get());
            }
        }
        return file;
    }

    private static void padded(OutputStream out, byte[] bytes) throws IOException {
        out.write(bytes);
        out.write(new byte[(ALIGNMENT - bytes.length % ALIGNMENT) % ALIGNMENT]);
    }

    /**
     * A model as F32.
     *
     * @param tokenizer its metadata
     * @throws IllegalArgumentException if its frequencies are scaled
     */
    public static Path write(LlamaWeights w, Map<String, Object> tokenizer, Path file)
            throws IOException {
        LlamaConfig c = w.config();
        if (!(c.rope().scaling() instanceof Rope.Unscaled)) {
            throw new IllegalArgumentException("only unscaled frequencies are written");
        }
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
                    boolean permuted = family.equals("llama") && heads > 0;
                    gguf.tensor(
                            gguf(name),
                            0,
                            t.shape(),
                            4L * t.values().length,
                            () -> floats(permuted ? neighbours(t, heads).values() : t.values()));
                });
        return gguf.write(file);
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

    /** llama.cpp wants whole numbers in lists signed, though not those that stand alone. */
    private static int elementType(List<?> list) {
        Object first = list.isEmpty() ? "" : list.getFirst();
        return first instanceof Integer ? 5 : type(first);
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
}
