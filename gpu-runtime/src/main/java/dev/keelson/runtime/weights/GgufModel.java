package dev.keelson.runtime.weights;

import dev.keelson.runtime.format.GgufFields;
import dev.keelson.runtime.format.GgufFile;
import dev.keelson.runtime.format.ModelFileException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Shape and weights of a GGUF file of the Llama family. */
public final class GgufModel {
    /** The tensor that holds a divisor for each pair's frequency (Llama 3's scaling). */
    static final String FREQUENCY_DIVISORS = "rope_freqs.weight";

    private static final Set<String> FAMILY = new TreeSet<>(Set.of("llama", "qwen2", "qwen3"));
    private static final int WIDEST = 1 << 20;

    private GgufModel() {}

    /**
     * The shape that a file's metadata tell.
     *
     * @throws ModelFileException if a value is missing, wrong, or asks for what is not served; the
     *     message names file and key
     */
    public static LlamaConfig config(GgufFile file) throws IOException {
        var m = new GgufFields(file.name(), file.metadata());
        String family = m.text("general.architecture", "");
        if (!FAMILY.contains(family)) {
            throw m.wrong("general.architecture", "one of " + String.join(", ", FAMILY));
        }
        String p = family + ".";
        if (m.has(p + "expert_count") && m.integer(p + "expert_count", 0, WIDEST) > 0) {
            throw m.wrong(p + "expert_count", "0: a mixture of experts is not supported");
        }
        int heads = m.integer(p + "attention.head_count", 1, WIDEST);
        int hidden = m.integer(p + "embedding_length", 1, WIDEST);
        int width = m.integer(p + "attention.key_length", 2, WIDEST, hidden / heads);
        if (m.integer(p + "rope.dimension_count", 2, WIDEST, width) != width
                || m.integer(p + "attention.value_length", 2, WIDEST, width) != width) {
            throw m.wrong(p + "rope.dimension_count", "the width of a head, " + width);
        }
        GgufFile.Entry embedding = file.entries().get("token_embd.weight");
        if (embedding == null || embedding.shape().getFirst() > 1 << 24) {
            throw new ModelFileException(file.name(), "tensor token_embd.weight is missing");
        }
        try {
            return new LlamaConfig(
                    embedding.shape().getFirst().intValue(),
                    hidden,
                    m.integer(p + "feed_forward_length", 1, WIDEST),
                    m.integer(p + "block_count", 1, 1 << 12),
                    heads,
                    m.integer(p + "attention.head_count_kv", 1, heads, heads),
                    width,
                    m.integer(p + "context_length", 1, 1 << 24),
                    rope(file, m, p, width),
                    m.positive(p + "attention.layer_norm_rms_epsilon", 1e-5),
                    !file.entries().containsKey("output.weight"),
                    file.entries().containsKey("blk.0.attn_q.bias"),
                    file.entries().containsKey("blk.0.attn_q_norm.weight"));
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(file.name(), String.valueOf(e.getMessage()), e);
        }
    }

    /** The weights; closing the source closes the file. */
    public static TensorSource tensors(GgufFile file, LlamaConfig config) {
        // llama.cpp rotates neighbours for "llama" and halves for Qwen, and converters reorder rows
        // accordingly.
        return new GgufTensors(
                file, config, "llama".equals(file.metadata().get("general.architecture")));
    }

    private static Rope rope(GgufFile file, GgufFields m, String p, int width)
            throws ModelFileException {
        double base = m.positive(p + "rope.freq_base", 10_000);
        GgufFile.Entry divisors = file.entries().get(FREQUENCY_DIVISORS);
        if (divisors != null) {
            float[] values = GgufTensors.read(file, divisors).values();
            List<Double> list = new ArrayList<>();
            for (float value : values) {
                if (!(value > 0) || values.length != width / 2) {
                    throw new ModelFileException(
                            file.name(),
                            FREQUENCY_DIVISORS + " must hold " + width / 2 + " positive numbers");
                }
                list.add((double) value);
            }
            return new Rope(base, new Rope.Divided(list));
        }
        String type = m.text(p + "rope.scaling.type", "none");
        return switch (type) {
            case "none" -> Rope.plain(base);
            case "linear" ->
                    new Rope(base, new Rope.Linear(m.positive(p + "rope.scaling.factor", 1)));
            default ->
                    throw m.wrong(
                            p + "rope.scaling.type", "none or linear; others are not supported");
        };
    }
}
