package dev.keelson.runtime.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.runtime.format.JsonFields;
import dev.keelson.runtime.format.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** Reads and writes {@code config.json} of the Llama family. */
public final class ConfigFile {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> FAMILY =
            new TreeSet<>(Set.of("llama", "mistral", "qwen2", "qwen3"));
    private static final int WIDEST = 1 << 20;

    private ConfigFile() {}

    /**
     * Reads {@code config.json}.
     *
     * @throws IOException if it is missing, malformed or asks for a feature that is not served; the
     *     message names file and field
     */
    public static LlamaConfig read(Path file) throws IOException {
        JsonFields j = JsonFields.read(file);
        String type = j.text("model_type", "");
        if (!FAMILY.contains(type)) {
            throw new ModelFileException(
                    file.toString(),
                    "model_type is \"" + type + "\"; served are " + String.join(", ", FAMILY));
        }
        refuseWhatIsNotServed(j);
        int heads = j.integer("num_attention_heads", 1, WIDEST);
        int hidden = j.integer("hidden_size", 1, WIDEST);
        int keyValueHeads = j.integer("num_key_value_heads", 1, WIDEST, heads);
        if (keyValueHeads > heads) {
            throw j.wrong("num_key_value_heads", "at most num_attention_heads, " + heads);
        }
        try {
            return new LlamaConfig(
                    j.integer("vocab_size", 1, 1 << 24),
                    hidden,
                    j.integer("intermediate_size", 1, WIDEST),
                    j.integer("num_hidden_layers", 1, 1 << 12),
                    heads,
                    keyValueHeads,
                    j.integer("head_dim", 2, WIDEST, type.equals("qwen3") ? 128 : hidden / heads),
                    context(j),
                    rope(j),
                    j.positive("rms_norm_eps", 1e-6),
                    j.flag("tie_word_embeddings", false),
                    type.equals("qwen2"),
                    type.equals("qwen3"));
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(file.toString(), String.valueOf(e.getMessage()), e);
        }
    }

    /** Token ids of a field that holds one or several; empty if it is absent. */
    public static Set<Integer> tokens(JsonFields j, String name) throws ModelFileException {
        Set<Integer> tokens = new TreeSet<>();
        JsonNode value = j.node().path(name);
        if (!j.has(name)) {
            return tokens;
        }
        for (JsonNode token : value.isArray() ? value : JSON.createArrayNode().add(value)) {
            if (!token.isIntegralNumber() || !token.canConvertToInt() || token.asInt() < 0) {
                throw j.wrong(name, "a token or a list of tokens");
            }
            tokens.add(token.asInt());
        }
        return tokens;
    }

    private static void refuseWhatIsNotServed(JsonFields j) throws ModelFileException {
        String activation = j.text("hidden_act", "silu");
        if (!activation.equals("silu")) {
            throw j.unsupported("hidden_act", "the activation " + activation);
        }
        if (j.has("quantization_config")) {
            String method = j.object("quantization_config").text("quant_method", "unknown");
            throw j.unsupported("quantization_config", "quantisation by " + method);
        }
        if (j.flag("mlp_bias", false)) {
            throw j.unsupported("mlp_bias", "a bias in the feed-forward layers");
        }
        if (j.flag("attention_bias", false)) {
            throw j.unsupported("attention_bias", "a bias on the attention's output");
        }
        if (j.positive("partial_rotary_factor", 1) != 1) {
            throw j.unsupported("partial_rotary_factor", "rotation of a part of each head");
        }
    }

    /** Within a sliding window full attention is the same, so the window is the longest context. */
    private static int context(JsonFields j) throws ModelFileException {
        int context = j.integer("max_position_embeddings", 1, 1 << 24, 2048);
        boolean used = j.flag("use_sliding_window", j.text("model_type", "").equals("mistral"));
        return used && j.has("sliding_window")
                ? Math.min(context, j.integer("sliding_window", 1, 1 << 24))
                : context;
    }

    private static Rope rope(JsonFields j) throws ModelFileException {
        // Newer files hold base and scaling in one object.
        JsonFields s = j.object(j.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
        double base = s.positive("rope_theta", j.positive("rope_theta", 10_000));
        String type = s.text("rope_type", s.text("type", "default"));
        return new Rope(
                base,
                switch (type) {
                    case "default" -> new Rope.Unscaled();
                    case "linear" -> new Rope.Linear(s.positive("factor"));
                    case "llama3" -> llama3(s);
                    case "yarn" -> yarn(j, s);
                    default -> throw s.unsupported("rope_type", "rotary scaling of type " + type);
                });
    }

    private static Rope.Llama3 llama3(JsonFields s) throws ModelFileException {
        double low = s.positive("low_freq_factor");
        double high = s.positive("high_freq_factor");
        if (high <= low) {
            throw s.wrong("high_freq_factor", "above low_freq_factor");
        }
        return new Rope.Llama3(
                s.positive("factor"), low, high, s.positive("original_max_position_embeddings"));
    }

    private static Rope.Yarn yarn(JsonFields j, JsonFields s) throws ModelFileException {
        for (String name : new String[] {"mscale", "mscale_all_dim"}) {
            if (s.has(name)) {
                throw s.unsupported(name, "a YaRN scale of DeepSeek's kind");
            }
        }
        double factor = s.positive("factor");
        double original =
                s.positive(
                        "original_max_position_embeddings",
                        j.integer("max_position_embeddings", 1, 1 << 24, 2048));
        return new Rope.Yarn(
                factor,
                original,
                s.positive("beta_fast", 32),
                s.positive("beta_slow", 1),
                s.positive("attention_factor", Math.max(1, 0.1 * Math.log(factor) + 1)));
    }

    /**
     * Writes {@code config.json} of a model whose frequencies are not scaled.
     *
     * @param token that begins and ends every text
     */
    public static void write(LlamaConfig c, int token, Path file) throws IOException {
        if (!(c.rope().scaling() instanceof Rope.Unscaled)) {
            throw new IllegalArgumentException("only unscaled frequencies are written");
        }
        ObjectNode j = JSON.createObjectNode();
        String type = c.headNorm() ? "qwen3" : c.projectionBias() ? "qwen2" : "llama";
        String prefix = type.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + type.substring(1);
        j.putArray("architectures").add(prefix + "ForCausalLM");
        j.put("model_type", type)
                .put("hidden_act", "silu")
                .put("vocab_size", c.vocabulary())
                .put("hidden_size", c.hidden());
        j.put("intermediate_size", c.feedForward())
                .put("num_hidden_layers", c.layers())
                .put("num_attention_heads", c.heads());
        j.put("num_key_value_heads", c.keyValueHeads())
                .put("head_dim", c.headWidth())
                .put("max_position_embeddings", c.context());
        j.put("rope_theta", c.rope().base())
                .put("rms_norm_eps", c.normEpsilon())
                .put("tie_word_embeddings", c.tied());
        j.put("attention_bias", false).put("mlp_bias", false).put("torch_dtype", "float32");
        j.put("bos_token_id", token).put("eos_token_id", token);
        Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(j) + "\n");
    }
}
