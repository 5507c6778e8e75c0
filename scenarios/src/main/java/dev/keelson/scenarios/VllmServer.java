package dev.keelson.scenarios;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * vLLM's server on a processor, in a session of its own: three processes that die together only if
 * all are killed.
 */
final class VllmServer implements AutoCloseable {
    static final String MODEL = "smollm2";
    static final String PROGRAM = "vllm.entrypoints.openai.api_server";

    /** One thread that does not spin, and no word to anyone. */
    static final Map<String, String> VARIABLES =
            Map.of(
                    "CUDA_VISIBLE_DEVICES", "",
                    "OMP_NUM_THREADS", "1",
                    "OMP_WAIT_POLICY", "PASSIVE",
                    "GOMP_SPINCOUNT", "0",
                    "VLLM_CPU_OMP_THREADS_BIND", "nobind",
                    "VLLM_CPU_KVCACHE_SPACE", "1",
                    "VLLM_NO_USAGE_STATS", "1",
                    "DO_NOT_TRACK", "1",
                    "HF_HUB_OFFLINE", "1",
                    "TRANSFORMERS_OFFLINE", "1");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration STARTS_WITHIN = Duration.ofMinutes(15);

    private final ProcessBuilder start;
    private final String url;
    private Process process;

    /** Starts it with one thread and weights in F32, whose sums are the least coarse. */
    VllmServer(String python, Path model, int port, int sequences) throws IOException {
        url = "http://127.0.0.1:" + port;
        start =
                new ProcessBuilder(
                        List.of(
                                "setsid",
                                python,
                                "-W",
                                "ignore",
                                "-m",
                                PROGRAM,
                                "--host=127.0.0.1",
                                "--port=" + port,
                                "--model=" + model,
                                "--served-model-name=" + MODEL,
                                "--max-model-len=2048",
                                "--max-num-seqs=" + sequences,
                                "--dtype=float32",
                                "--enforce-eager"));
        start.environment().putAll(VARIABLES);
        start.redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(
                                model.resolveSibling("vllm-" + port + ".log").toFile()));
        process = start.start();
    }

    String url() {
        return url;
    }

    /** Until it has answered a request. */
    void awaitReady() {
        Fleet.await(
                "vLLM at " + url,
                STARTS_WITHIN,
                () -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException(
                                "vLLM ended; its log lies beside the model");
                    }
                    return EngineProcesses.health(url) == 200 && answers();
                });
    }

    private boolean answers() {
        try {
            var body = "{\"model\":\"%s\",\"prompt\":\"a\",\"max_tokens\":1}".formatted(MODEL);
            return Load.post(url + "/v1/completions", body).getResponseCode() == 200;
        } catch (IOException silent) {
            return false;
        }
    }

    /**
     * kill -9.
     *
     * @param name of one of its processes; empty for all
     */
    void kill(String name) {
        var victims =
                name.isEmpty()
                        ? EngineProcesses.of(process.pid())
                        : List.of(EngineProcesses.named(process.pid(), name));
        victims.forEach(pid -> Fleet.signal(pid, "KILL"));
    }

    /** Starts it again where it was, after what is left of it. */
    void again() throws IOException {
        close();
        process = start.start();
    }

    /** The text of tokens, by its own detokenizer. */
    String text(List<Integer> tokens) throws IOException {
        var body = JSON.createObjectNode().put("model", MODEL);
        tokens.forEach(body.putArray("tokens")::add);
        try (var in = Load.post(url + "/detokenize", body.toString()).getInputStream()) {
            return JSON.readTree(in).path("prompt").textValue();
        }
    }

    @Override
    public void close() {
        kill("");
        process.onExit().join();
    }
}
