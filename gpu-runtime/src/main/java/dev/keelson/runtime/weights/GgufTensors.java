package dev.keelson.runtime.weights;

import dev.keelson.runtime.format.GgufFile;
import dev.keelson.runtime.format.ModelFileException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The tensors of a GGUF file under their names in the Hugging Face layout, dequantised as they are
 * read. Of one thread.
 */
final class GgufTensors implements TensorSource {
    private static final Map<String, String> LAYER_NAMES =
            Map.ofEntries(
                    Map.entry("attn_norm.weight", "input_layernorm.weight"),
                    Map.entry("ffn_norm.weight", "post_attention_layernorm.weight"),
                    Map.entry("attn_q.weight", "self_attn.q_proj.weight"),
                    Map.entry("attn_k.weight", "self_attn.k_proj.weight"),
                    Map.entry("attn_v.weight", "self_attn.v_proj.weight"),
                    Map.entry("attn_q.bias", "self_attn.q_proj.bias"),
                    Map.entry("attn_k.bias", "self_attn.k_proj.bias"),
                    Map.entry("attn_v.bias", "self_attn.v_proj.bias"),
                    Map.entry("attn_q_norm.weight", "self_attn.q_norm.weight"),
                    Map.entry("attn_k_norm.weight", "self_attn.k_norm.weight"),
                    Map.entry("attn_output.weight", "self_attn.o_proj.weight"),
                    Map.entry("ffn_gate.weight", "mlp.gate_proj.weight"),
                    Map.entry("ffn_up.weight", "mlp.up_proj.weight"),
                    Map.entry("ffn_down.weight", "mlp.down_proj.weight"));
    private static final Map<String, String> NAMES =
            Map.of(
                    "token_embd.weight", "model.embed_tokens.weight",
                    "output_norm.weight", "model.norm.weight",
                    "output.weight", "lm_head.weight");

    /** Elements of a quantised block. */
    private static final int BLOCK = 32;

    private final GgufFile file;
    private final LlamaConfig config;
    private final boolean permuted;
    private final Map<String, GgufFile.Entry> byName = new LinkedHashMap<>();

    /**
     * @param permuted whether rows of query and key projections stand as llama.cpp rotates them:
     *     neighbours are pairs
     */
    GgufTensors(GgufFile file, LlamaConfig config, boolean permuted) {
        this.file = file;
        this.config = config;
        this.permuted = permuted;
        for (GgufFile.Entry entry : file.entries().values()) {
            // Divisors of the frequencies; the configuration has read them.
            if (!entry.name().equals(GgufModel.FREQUENCY_DIVISORS)) {
                byName.put(huggingFace(entry.name()), entry);
            }
        }
    }

    private static String huggingFace(String name) {
        String[] parts = name.split("\\.", 3);
        String layer = parts.length == 3 ? LAYER_NAMES.get(parts[2]) : null;
        return parts[0].equals("blk") && layer != null
                ? "model.layers." + parts[1] + "." + layer
                : NAMES.getOrDefault(name, name);
    }

    @Override
    public String origin() {
        return file.name();
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(byName.keySet());
    }

    @Override
    public Tensor read(String name) throws IOException {
        GgufFile.Entry entry = byName.get(name);
        if (entry == null) {
            throw new ModelFileException(file.name(), "tensor " + name + " is missing");
        }
        Tensor tensor = read(file, entry);
        int heads =
                name.contains("q_proj")
                        ? config.heads()
                        : name.contains("k_proj") ? config.keyValueHeads() : 0;
        return permuted && heads > 0 ? halves(tensor, heads) : tensor;
    }

    @Override
    public void close() {
        file.close();
    }

    /** One tensor as F32. */
    static Tensor read(GgufFile file, GgufFile.Entry entry) throws ModelFileException {
        long[] shape = entry.shape().stream().mapToLong(Long::longValue).toArray();
        long n = Numbers.elements(shape);
        boolean blocks = shape[shape.length - 1] % BLOCK == 0;
        if (n < 0) {
            throw wrong(file, entry, "has the shape " + entry.shape());
        }
        long length =
                switch (entry.type()) {
                    case 0 -> 4 * n;
                    case 1, 30 -> 2 * n;
                    case 2 -> n / BLOCK * 18;
                    case 3 -> n / BLOCK * 20;
                    case 8 -> n / BLOCK * 34;
                    default ->
                            throw wrong(
                                    file,
                                    entry,
                                    "has ggml type "
                                            + entry.type()
                                            + "; F32, F16, BF16, Q8_0, Q4_0 and Q4_1 are read");
                };
        boolean quantised = entry.type() == 2 || entry.type() == 3 || entry.type() == 8;
        if (quantised && !blocks) {
            throw wrong(file, entry, "has rows that are no whole blocks: " + entry.shape());
        }
        MemorySegment raw = file.bytes(entry, length);
        return new Tensor(
                shape,
                switch (entry.type()) {
                    case 0 -> Numbers.f32(raw);
                    case 1 -> Numbers.f16(raw);
                    case 30 -> Numbers.bf16(raw);
                    case 2 -> fourBits(raw, (int) n, false);
                    case 3 -> fourBits(raw, (int) n, true);
                    default -> eightBits(raw, (int) n);
                });
    }

    private static ModelFileException wrong(GgufFile file, GgufFile.Entry entry, String problem) {
        return new ModelFileException(file.name(), "tensor " + entry.name() + " " + problem);
    }

    /** Q8_0: a scale and 32 signed bytes. */
    private static float[] eightBits(MemorySegment raw, int n) {
        float[] values = new float[n];
        for (int b = 0; b < n / BLOCK; b++) {
            long at = 34L * b;
            float scale = Numbers.half(raw, at);
            for (int i = 0; i < BLOCK; i++) {
                values[b * BLOCK + i] = scale * raw.get(ValueLayout.JAVA_BYTE, at + 2 + i);
            }
        }
        return values;
    }

    /**
     * Q4_0 (a scale, 32 numbers from -8) and Q4_1 (a scale, a minimum, 32 numbers from 0); the low
     * halves of 16 bytes come first, then the high ones.
     */
    private static float[] fourBits(MemorySegment raw, int n, boolean minimum) {
        float[] values = new float[n];
        int head = minimum ? 4 : 2;
        for (int b = 0; b < n / BLOCK; b++) {
            long at = (head + 16L) * b;
            float scale = Numbers.half(raw, at);
            float least = minimum ? Numbers.half(raw, at + 2) : -8 * scale;
            for (int i = 0; i < BLOCK / 2; i++) {
                int both = raw.get(ValueLayout.JAVA_BYTE, at + head + i);
                values[b * BLOCK + i] = scale * (both & 0xF) + least;
                values[b * BLOCK + i + BLOCK / 2] = scale * (both >> 4 & 0xF) + least;
            }
        }
        return values;
    }

    /** Rows 2i and 2i + 1 of a head become i and i + half. */
    private static Tensor halves(Tensor t, int heads) {
        int rows = (int) t.shape()[0];
        int row = t.values().length / rows;
        int width = rows / heads;
        float[] values = new float[t.values().length];
        for (int r = 0; r < rows; r++) {
            int inHead = r % width;
            int to = r - inHead + inHead / 2 + (inHead % 2) * (width / 2);
            System.arraycopy(t.values(), r * row, values, to * row, row);
        }
        return new Tensor(t.shape(), values);
    }
}
