package dev.keelson.runtime;

import dev.keelson.runtime.engine.Engine;
import dev.keelson.runtime.engine.EngineKnobs;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.http.EngineMetrics;
import dev.keelson.runtime.http.EngineServer;
import dev.keelson.runtime.http.ServedModel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Serves one model: reads the command line, builds the graph, owns the threads. Exit code 2 for a
 * wrong argument, 1 for a broken model.
 */
public final class Main {
    private Main() {}

    /** Starts the engine and returns when it serves. */
    public static void main(String[] arguments) {
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "engine-logback.xml");
        }
        try {
            serve(EngineOptions.parse(List.of(arguments)));
        } catch (IllegalArgumentException e) {
            fail(2, e);
        } catch (IOException | ArithmeticException | UnsupportedOperationException e) {
            fail(1, e);
        }
    }

    private static void fail(int code, Exception e) {
        System.err.println("engine: " + e.getMessage());
        System.exit(code);
    }

    private static void serve(EngineOptions options) throws IOException {
        long started = System.nanoTime();
        ModelFolder model = ModelFolder.read(options.model());
        EngineLimits limits = limits(options, model);
        long minimumStepMillis = options.knob("min_step_ms", 0);
        var metrics = new EngineMetrics(options.servedModel(), minimumStepMillis > 0);
        var decoder = Decoders.open(options.decoder(), model.weights(), limits);
        var engine =
                new Engine(
                        decoder,
                        limits,
                        EngineKnobs.of(limits)
                                .withMinimumStepNanos(
                                        TimeUnit.MILLISECONDS.toNanos(minimumStepMillis)),
                        model.tokenizer()::bytes,
                        model.config().endTokens(),
                        System::nanoTime,
                        LockSupport::parkNanos,
                        metrics);
        metrics.observe(engine::load);
        InstantSource clock = InstantSource.system();
        var served =
                new ServedModel(
                        options.servedModel(),
                        model.tokenizer(),
                        model.tokenizerId(),
                        model.config().beginToken(),
                        limits.maxModelTokens(),
                        options.knob("seed", 0),
                        clock.instant().getEpochSecond());
        var server =
                new EngineServer(
                        new InetSocketAddress(options.host(), options.port()),
                        engine,
                        served,
                        metrics,
                        clock,
                        Poison.fromEnvironment(model.tokenizer()));
        var process = new EngineProcess(engine, server, clock, options.agentGrace());
        process.start();
        System.out.printf(
                "serving %s on http://%s:%d%s, ready after %d ms%n",
                options.servedModel(),
                options.host(),
                server.port(),
                minimumStepMillis > 0 ? " (paced, " + minimumStepMillis + " ms per step)" : "",
                (System.nanoTime() - started) / 1_000_000);
    }

    private static EngineLimits limits(EngineOptions options, ModelFolder model) {
        int context = model.config().context();
        int maxModelTokens =
                (int) Math.min(options.knob("max_model_len", Math.min(2048, context)), context);
        int sequences = (int) options.knob("max_num_seqs", 8);
        int blockSize = (int) options.knob("block_size", 16);
        int oneSequence = (maxModelTokens + blockSize - 1) / blockSize;
        // Four full contexts by default: most requests are far shorter, and what does not fit is
        // preempted.
        int blocks = (int) options.knob("num_blocks", 4L * oneSequence);
        int stepTokens = (int) options.knob("max_num_batched_tokens", Math.max(256, sequences));
        return new EngineLimits(sequences, stepTokens, blockSize, blocks, maxModelTokens);
    }
}
