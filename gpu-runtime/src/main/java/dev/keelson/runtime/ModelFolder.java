package dev.keelson.runtime;

import dev.keelson.runtime.tokenizer.BpeTokenizer;
import dev.keelson.runtime.tokenizer.TokenizerFile;
import dev.keelson.runtime.weights.ConfigFile;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.SafetensorsFolder;
import dev.keelson.runtime.weights.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A model in the Hugging Face layout, read whole.
 *
 * @param tokenizerId the same for the same tokenizer.json, and for no other
 */
record ModelFolder(
        LlamaConfig config, BpeTokenizer tokenizer, String tokenizerId, LlamaWeights weights) {
    private static final int ID_BYTES = 16;

    /**
     * Reads the folder.
     *
     * @throws IOException naming the file and what is wrong with it
     */
    static ModelFolder read(Path folder) throws IOException {
        for (String name : new String[] {"config.json", "tokenizer.json"}) {
            if (!Files.isRegularFile(folder.resolve(name))) {
                throw new IOException(folder + ": " + name + " is missing");
            }
        }
        LlamaConfig config = ConfigFile.read(folder.resolve("config.json"));
        BpeTokenizer tokenizer = TokenizerFile.read(folder.resolve("tokenizer.json"));
        if (tokenizer.size() > config.vocabulary()) {
            throw new IOException(
                    folder
                            + ": tokenizer.json has "
                            + tokenizer.size()
                            + " tokens, config.json only "
                            + config.vocabulary());
        }
        try (TensorSource tensors = SafetensorsFolder.open(folder)) {
            return new ModelFolder(
                    config,
                    tokenizer,
                    digest(folder.resolve("tokenizer.json")),
                    LlamaWeights.read(config, tensors));
        }
    }

    private static String digest(Path file) throws IOException {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return HexFormat.of().formatHex(hash, 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
