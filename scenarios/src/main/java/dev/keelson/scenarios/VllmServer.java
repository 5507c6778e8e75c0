package dev.keelson.scenarios;

import java.io.IOException;
import java.io.UncheckedIOException;
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
                                "vllm.entrypoints.openai.api_server",
                                "--host=127.0.0.1",
                                "--port=" + port,
                                "--model=" + model,
                                "--served-model-name=" + MODEL,
                                "--max-model-len=2048",
                                "--max-num-seqs=" + sequences,
                                "--dtype=float32",
                                "--enforce-eager"));
        start.environment()
                .putAll(
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
                                "TRANSFORMERS_OFFLINE", "1"));
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

    /** kill -9 of all its processes. */
    void kill() {
        try {
            new ProcessBuilder("kill", "-KILL", "--", "-" + process.pid())
                    .inheritIO()
                    .start()
                    .waitFor();
            process.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Starts it again where it was. */
    void again() throws IOException {
        process = start.start();
    }

    @Override
    public void close() {
        kill();
    }
}
