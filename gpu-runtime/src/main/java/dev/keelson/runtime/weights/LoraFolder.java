package dev.keelson.runtime.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.runtime.format.JsonFields;
import dev.keelson.runtime.format.ModelFileException;
import dev.keelson.runtime.weights.LoraAdapter.Pair;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A LoRA adapter as PEFT saves it: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}. What PEFT can do beyond plain LoRA is refused by its name.
 */
public final class LoraFolder {
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final String PREFIX = "base_model.model.model.layers.";
    private static final int LARGEST_CONFIG = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Fields that change the arithmetic unless they are absent, false or empty. */
    private static final Map<String, String> REFUSED = refused();

    private LoraFolder() {}

    /**
     * Reads an adapter of a model.
     *
     * @param config of the model
     * @param maxRank largest rank that is served
     * @throws ModelFileException naming the file, the field or tensor, and what is wrong with it
     */
    public static LoraAdapter read(Path folder, LlamaConfig config, int maxRank)
            throws IOException {
        Path file = folder.resolve(CONFIG);
        if (Files.isRegularFile(file) && Files.size(file) > LARGEST_CONFIG) {
            throw new ModelFileException(
                    file.toString(), "is larger than " + LARGEST_CONFIG + " bytes");
        }
        JsonFields fields = JsonFields.read(file);
        refuse(fields);
        int rank = fields.integer("r", 1, Integer.MAX_VALUE);
        if (rank > maxRank) {
            throw fields.unsupported("r", "rank " + rank + " over max_lora_rank " + maxRank);
        }
        double alpha = fields.positive("lora_alpha");
        double divisor = fields.flag("use_rslora", false) ? Math.sqrt(rank) : rank;
        Set<Projection> targets = targets(fields);
        Set<Integer> layers = layers(fields, config.layers());
        Path weights = folder.resolve(WEIGHTS);
        if (!Files.exists(weights) && Files.exists(folder.resolve("adapter_model.bin"))) {
            throw new ModelFileException(
                    folder.resolve("adapter_model.bin").toString(),
                    "pickled weights are not supported; save " + WEIGHTS);
        }
        try (Safetensors tensors = Safetensors.open(weights)) {
            var reader = new Reader(tensors, config, rank, (float) (alpha / divisor));
            reader.refuseStrangers(targets, layers);
            return new LoraAdapter(rank, reader.pairs(targets, layers), fingerprint(file, weights));
        }
    }

    /**
     * Writes an adapter.
     *
     * @param alpha the scale is {@code alpha / rank}
     * @param layers per block the pairs, B not yet multiplied by the scale
     */
    public static void write(
            Path folder, String base, int rank, int alpha, List<Map<Projection, Pair>> layers)
            throws IOException {
        Files.createDirectories(folder);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Set<Projection> targets = EnumSet.noneOf(Projection.class);
        for (int l = 0; l < layers.size(); l++) {
            for (var entry : layers.get(l).entrySet()) {
                targets.add(entry.getKey());
                tensors.put(name(l, entry.getKey(), "A"), entry.getValue().a());
                tensors.put(name(l, entry.getKey(), "B"), entry.getValue().b());
            }
        }
        ObjectNode config =
                JSON.createObjectNode()
                        .put("peft_type", "LORA")
                        .put("task_type", "CAUSAL_LM")
                        .put("base_model_name_or_path", base)
                        .put("inference_mode", true)
                        .put("r", rank)
                        .put("lora_alpha", alpha)
                        .put("lora_dropout", 0.0)
                        .put("bias", "none")
                        .put("fan_in_fan_out", false)
                        .put("use_rslora", false)
                        .put("use_dora", false);
        var names = config.putArray("target_modules");
        targets.forEach(target -> names.add(target.wire()));
        Files.writeString(folder.resolve(CONFIG), config.toPrettyString() + "\n");
        Safetensors.write(folder.resolve(WEIGHTS), tensors);
    }

    private static void refuse(JsonFields fields) throws ModelFileException {
        String type = fields.text("peft_type", "");
        if (!type.equals("LORA")) {
            throw fields.wrong("peft_type", "LORA");
        }
        String task = fields.text("task_type", "CAUSAL_LM");
        if (!task.equals("CAUSAL_LM")) {
            throw fields.unsupported("task_type", "an adapter for " + task);
        }
        String bias = fields.text("bias", "none");
        if (!bias.equals("none")) {
            throw fields.unsupported("bias", "a trained bias (" + bias + ")");
        }
        for (var entry : REFUSED.entrySet()) {
            if (isSet(fields.node().path(entry.getKey()))) {
                throw fields.unsupported(entry.getKey(), entry.getValue());
            }
        }
        // These start from changed base weights, which are not the ones that are served.
        JsonNode start = fields.node().path("init_lora_weights");
        if (start.isTextual() && start.asText().matches("(pissa|olora|corda|loftq|lora_ga).*")) {
            throw fields.unsupported(
                    "init_lora_weights", "an adapter to changed base weights (" + start + ")");
        }
    }

    private static boolean isSet(JsonNode value) {
        boolean unset =
                value.isMissingNode()
                        || value.isNull()
                        || (value.isBoolean() && !value.asBoolean())
                        || (value.isContainerNode() && value.isEmpty());
        return !unset;
    }

    private static Map<String, String> refused() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("use_dora", "DoRA");
        all.put("use_qalora", "QALoRA");
        all.put("lora_bias", "a bias of the adapter's own");
        all.put("modules_to_save", "a module trained in full");
        all.put("trainable_token_indices", "trained tokens");
        all.put("rank_pattern", "a rank for each module");
        all.put("alpha_pattern", "an alpha for each module");
        all.put("fan_in_fan_out", "a transposed layer");
        all.put("layers_pattern", "a pattern of layers");
        all.put("layer_replication", "replicated layers");
        all.put("exclude_modules", "excluded modules");
        all.put("target_parameters", "single parameters as targets");
        all.put("alora_invocation_tokens", "an activated LoRA");
        all.put("arrow_config", "an arrow router");
        return all;
    }

    private static Set<Projection> targets(JsonFields fields) throws ModelFileException {
        JsonNode names = fields.node().path("target_modules");
        if (names.isTextual()) {
            throw fields.unsupported("target_modules", "a pattern of modules (" + names + ")");
        }
        if (!names.isArray() || names.isEmpty()) {
            throw fields.wrong("target_modules", "a list of modules");
        }
        Set<Projection> targets = EnumSet.noneOf(Projection.class);
        for (JsonNode name : names) {
            if (!name.isTextual()) {
                throw fields.wrong("target_modules", "a list of modules");
            }
            String last = name.asText().substring(name.asText().lastIndexOf('.') + 1);
            targets.add(
                    Projection.of(last)
                            .orElseThrow(() ->
                                    fields.unsupported(
                                            "target_modules",
                                            "module "
                                                    + JsonFields.shown(name)
                                                    + " (served: "
                                                    + Projection.names()
                                                    + ")")));
        }
        return targets;
    }

    private static Set<Integer> layers(JsonFields fields, int count) throws ModelFileException {
        Set<Integer> layers = new TreeSet<>();
        if (!fields.has("layers_to_transform")) {
            for (int l = 0; l < count; l++) {
                layers.add(l);
            }
            return layers;
        }
        JsonNode given = fields.node().path("layers_to_transform");
        for (JsonNode layer : given.isArray() ? given : List.of(given)) {
            if (!layer.isInt() || layer.asInt() < 0 || layer.asInt() >= count) {
                throw fields.wrong("layers_to_transform", "layers from 0 to " + (count - 1));
            }
            layers.add(layer.asInt());
        }
        return layers;
    }

    private static String name(int layer, Projection target, String which) {
        return PREFIX + layer + "." + target.path() + ".lora_" + which + ".weight";
    }

    private static String fingerprint(Path... files) throws IOException {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (Path file : files) {
                try (InputStream in = Files.newInputStream(file)) {
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                        sha.update(buffer, 0, n);
                    }
                }
            }
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    private record Reader(Safetensors source, LlamaConfig config, int rank, float scale) {
        /** A tensor that nobody uses means another kind of adapter, and wrong answers. */
        void refuseStrangers(Set<Projection> targets, Set<Integer> layers)
                throws ModelFileException {
            Set<String> left = new TreeSet<>(source.names());
            for (int layer : layers) {
                for (Projection target : targets) {
                    left.remove(name(layer, target, "A"));
                    left.remove(name(layer, target, "B"));
                }
            }
            if (!left.isEmpty()) {
                throw wrong(
                        left.iterator().next(),
                        "belongs to no layer and module of target_modules and layers_to_transform");
            }
        }

        List<Map<Projection, Pair>> pairs(Set<Projection> targets, Set<Integer> layers)
                throws IOException {
            List<Map<Projection, Pair>> all = new ArrayList<>();
            for (int layer = 0; layer < config.layers(); layer++) {
                Map<Projection, Pair> pairs = new EnumMap<>(Projection.class);
                for (Projection target : layers.contains(layer) ? targets : Set.<Projection>of()) {
                    Tensor a = take(name(layer, target, "A"), rank, target.inputs(config));
                    Tensor b = take(name(layer, target, "B"), target.outputs(config), rank);
                    for (int i = 0; i < b.values().length; i++) {
                        b.values()[i] *= scale;
                    }
                    pairs.put(target, new Pair(a, b));
                }
                all.add(pairs);
            }
            return all;
        }

        private Tensor take(String name, long... shape) throws IOException {
            Tensor t = source.read(name);
            if (!Arrays.equals(t.shape(), shape)) {
                throw wrong(
                        name,
                        "is "
                                + Arrays.toString(t.shape())
                                + ", the model and r ask for "
                                + Arrays.toString(shape));
            }
            for (float value : t.values()) {
                if (!Float.isFinite(value * scale)) {
                    throw wrong(name, "holds " + value);
                }
            }
            return t;
        }

        private ModelFileException wrong(String name, String problem) {
            return new ModelFileException(source.origin(), "tensor " + name + " " + problem);
        }
    }
}
