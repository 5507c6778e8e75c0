package dev.keelson.runtime;

import dev.keelson.runtime.chat.ChatFiles;
import dev.keelson.runtime.chat.ChatFormat;
import dev.keelson.runtime.format.GgufFile;
import dev.keelson.runtime.format.JsonFields;
import dev.keelson.runtime.format.ModelFileException;
import dev.keelson.runtime.tokenizer.BpeTokenizer;
import dev.keelson.runtime.tokenizer.GgufTokenizer;
import dev.keelson.runtime.tokenizer.TokenizerFile;
import dev.keelson.runtime.weights.ConfigFile;
import dev.keelson.runtime.weights.GgufModel;
import dev.keelson.runtime.weights.GgufWriter;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.SafetensorsFolder;
import dev.keelson.runtime.weights.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A model, read whole.
 *
 * @param endTokens tokens that end an answer
 * @param chat null if the model has no chat template
 */
public record LoadedModel(
        LlamaConfig config,
        BpeTokenizer tokenizer,
        Set<Integer> endTokens,
        @Nullable ChatFormat chat,
        LlamaWeights weights) {
    public LoadedModel {
        endTokens = Set.copyOf(endTokens);
        if (tokenizer.size() > config.vocabulary()) {
            throw new IllegalArgumentException(
                    "the tokenizer has "
                            + tokenizer.size()
                            + " tokens, the weights only "
                            + config.vocabulary());
        }
    }

    /**
     * Reads a folder in the Hugging Face layout, or a GGUF file.
     *
     * @throws ModelFileException naming the file and what is wrong with it
     */
    public static LoadedModel read(Path model) throws IOException {
        if (!Files.exists(model)) {
            throw new ModelFileException(model.toString(), "is not there");
        }
        try {
            return Files.isDirectory(model) ? readFolder(model) : readGguf(model);
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(model.toString(), String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Checks that another model can guess for this one.
     *
     * @param path of the other one
     * @param maxModelTokens longest sequence that is served
     * @throws IllegalArgumentException if it has other tokens, or reads less
     */
    public void requireDraft(LoadedModel draft, Path path, int maxModelTokens) {
        if (!draft.tokenizer.fingerprint().equals(tokenizer.fingerprint())) {
            throw new IllegalArgumentException(
                    "--draft-model "
                            + path
                            + " has another tokenizer than the model: what it guesses would be other tokens");
        }
        if (draft.config.vocabulary() != config.vocabulary()) {
            throw new IllegalArgumentException(
                    "--draft-model %s has weights for %d tokens, the model for %d"
                            .formatted(path, draft.config.vocabulary(), config.vocabulary()));
        }
        if (draft.config.context() < maxModelTokens) {
            throw new IllegalArgumentException(
                    "--draft-model %s reads %d tokens, less than max_model_len %d"
                            .formatted(path, draft.config.context(), maxModelTokens));
        }
    }

    /** Writes the weights as an F32 GGUF file with the tokenizer, without the chat template. */
    public void writeGguf(Path to) throws IOException {
        Map<String, Object> metadata = GgufTokenizer.metadata(tokenizer);
        endTokens.stream()
                .findFirst()
                .ifPresent(token -> metadata.put("tokenizer.ggml.eos_token_id", token));
        GgufWriter.write(weights, metadata, to);
    }

    private static LoadedModel readGguf(Path path) throws IOException {
        try (GgufFile file = GgufFile.open(path)) {
            LlamaConfig config = GgufModel.config(file);
            BpeTokenizer tokenizer = GgufTokenizer.read(file);
            return new LoadedModel(
                    config,
                    tokenizer,
                    GgufTokenizer.endTokens(file),
                    ChatFiles.read(file),
                    LlamaWeights.read(config, GgufModel.tensors(file, config)));
        }
    }

    private static LoadedModel readFolder(Path folder) throws IOException {
        LlamaConfig config = ConfigFile.read(folder.resolve("config.json"));
        BpeTokenizer tokenizer = TokenizerFile.read(folder.resolve("tokenizer.json"));
        ChatFormat chat = ChatFiles.read(folder);
        try (TensorSource tensors = SafetensorsFolder.open(folder)) {
            return new LoadedModel(
                    config,
                    tokenizer,
                    endTokens(folder, tokenizer),
                    chat,
                    LlamaWeights.read(config, tensors));
        }
    }

    /** All that the folder's files name: base and chat models put them in different places. */
    private static Set<Integer> endTokens(Path folder, BpeTokenizer tokenizer) throws IOException {
        Set<Integer> tokens = new TreeSet<>();
        for (String name : new String[] {"config.json", "generation_config.json"}) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                tokens.addAll(ConfigFile.tokens(JsonFields.read(file), "eos_token_id"));
            }
        }
        Integer named =
                tokenizer
                        .control()
                        .get(ChatFiles.specialTokens(folder).getOrDefault("eos_token", ""));
        if (named != null) {
            tokens.add(named);
        }
        tokens.removeIf(token -> token >= tokenizer.size());
        return tokens;
    }
}
