package dev.keelson.runtime;

import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.DraftedDecoder;
import dev.keelson.runtime.engine.Engine;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.http.AdapterRegistry;
import dev.keelson.runtime.http.AdminGuard;
import dev.keelson.runtime.http.EngineMetrics;
import dev.keelson.runtime.http.EngineServer;
import dev.keelson.runtime.http.ServedModel;
import dev.keelson.runtime.knobs.Knob;
import dev.keelson.runtime.knobs.KnobValues;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LoraFolder;
import dev.keelson.serving.openai.InvalidRequestException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Serves one model: reads the command line, builds the graph, owns the threads. Exit code 2 for a
 * wrong argument, 1 for a broken model.
 */
public final class Main {
    private static final String TORCH_THREADS = "ai.djl.pytorch.num_threads";

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
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void fail(int code, Exception e) {
        System.err.println("engine: " + e.getMessage());
        System.exit(code);
    }

    private static void serve(EngineOptions options) throws IOException, InterruptedException {
        long started = System.nanoTime();
        LoadedModel model = LoadedModel.read(options.model());
        KnobValues knobs = KnobValues.of(options.knobs(), model.config().context());
        System.setProperty(TORCH_THREADS, Long.toString(knobs.get(Knob.THREADS)));
        EngineLimits limits = knobs.limits();
        InstantSource clock = InstantSource.system();
        AdapterRegistry adapters = adapters(options, model.config(), knobs, clock);
        var metrics = new EngineMetrics(options.servedModel());
        var engine =
                new Engine(
                        decoder(options, model, knobs),
                        limits,
                        knobs.live(),
                        model.tokenizer()::bytes,
                        model.endTokens(),
                        System::nanoTime,
                        LockSupport::parkNanos,
                        metrics);
        metrics.observe(engine::load);
        metrics.places(() -> engine.knobs().maxSequences());
        metrics.adapters(engine::load, limits.adapterSlots(), clock);
        var served =
                new ServedModel(
                        options.servedModel(),
                        model.tokenizer(),
                        model.tokenizer().fingerprint(),
                        model.chat(),
                        limits.maxModelTokens(),
                        knobs.get(Knob.SEED),
                        clock.instant().getEpochSecond(),
                        options.model().toString(),
                        adapters);
        var server =
                new EngineServer(
                        new InetSocketAddress(options.host(), options.port()),
                        engine,
                        served,
                        metrics,
                        knobs,
                        () -> reload(options, knobs),
                        clock,
                        AdminGuard.of(System.getenv(AdminGuard.VARIABLE)),
                        Poison.fromEnvironment(model.tokenizer()));
        var process =
                new EngineProcess(
                        engine, server, clock, options.agentGrace(), options.drainDeadline());
        long startDelayMillis = knobs.get(Knob.START_DELAY_MS);
        // Stands for the load of weights that this small model does not have.
        Thread.sleep(startDelayMillis);
        process.start();
        System.out.printf(
                "serving %s on http://%s:%d%s, ready after %d ms%n",
                options.servedModel(),
                options.host(),
                server.port(),
                knobs.isPaced()
                        ? " (paced, %d ms per step, start delayed by %d ms)"
                                .formatted(knobs.get(Knob.MIN_STEP_MS), startDelayMillis)
                        : "",
                (System.nanoTime() - started) / 1_000_000);
    }

    private static AdapterRegistry adapters(
            EngineOptions options, LlamaConfig config, KnobValues knobs, InstantSource clock) {
        int maxRank = (int) knobs.get(Knob.MAX_LORA_RANK);
        var adapters =
                new AdapterRegistry(
                        options.servedModel(),
                        knobs.adaptersInMemory(),
                        folder -> LoraFolder.read(folder, config, maxRank),
                        clock);
        options.adapters()
                .forEach((name, folder) -> {
                    try {
                        adapters.load(name, folder);
                    } catch (InvalidRequestException e) {
                        throw new IllegalArgumentException(
                                "--lora " + name + ": " + e.getMessage(), e);
                    }
                });
        return adapters;
    }

    private static Decoder decoder(EngineOptions options, LoadedModel model, KnobValues knobs)
            throws IOException {
        EngineLimits limits = knobs.limits();
        Path path = options.draftModel();
        if (path == null) {
            return open(options, model, limits, knobs);
        }
        LoadedModel draft = LoadedModel.read(path);
        model.requireDraft(draft, path, limits.maxModelTokens());
        Decoder target = open(options, model, limits, knobs);
        try {
            EngineLimits without = limits.withAdapters(0, 1);
            return new DraftedDecoder(target, open(options, draft, without, knobs));
        } catch (RuntimeException e) {
            target.close();
            throw e;
        }
    }

    private static Decoder open(
            EngineOptions options, LoadedModel model, EngineLimits limits, KnobValues knobs) {
        return Decoders.open(
                options.decoder(),
                options.device(),
                model.weights(),
                limits,
                (int) knobs.get(Knob.THREADS));
    }

    private static Decoder reload(EngineOptions options, KnobValues knobs) {
        try {
            return decoder(options, LoadedModel.read(options.model()), knobs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
