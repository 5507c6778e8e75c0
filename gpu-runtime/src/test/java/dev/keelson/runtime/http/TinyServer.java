package dev.keelson.runtime.http;

import dev.keelson.runtime.chat.ChatFormat;
import dev.keelson.runtime.engine.CountingDecoder;
import dev.keelson.runtime.engine.Engine;
import dev.keelson.runtime.knobs.Knob;
import dev.keelson.runtime.knobs.KnobValues;
import dev.keelson.runtime.tokenizer.BpeTokenizer;
import dev.keelson.runtime.tokenizer.BpeTrainer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** An engine that counts, behind the server, on a port of its own. */
final class TinyServer implements AutoCloseable {
    static final BpeTokenizer TOKENIZER = BpeTrainer.train(List.of("a b c"), 257);
    private static final String CHAT =
            "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant:";

    final Engine engine;
    final EngineServer server;

    TinyServer(int context, long minStepMillis, AdapterRegistry.Reader adapterReader)
            throws IOException {
        this(context, minStepMillis, adapterReader, null);
    }

    /**
     * @param token null for one that everybody may change
     */
    TinyServer(
            int context,
            long minStepMillis,
            AdapterRegistry.Reader adapterReader,
            @Nullable String token)
            throws IOException {
        var metrics = new EngineMetrics("tiny");
        var chat = ChatFormat.parse("test", CHAT, Map.of(), List.of("\nUser:"));
        var knobs =
                KnobValues.of(
                        Map.of(
                                Knob.MAX_NUM_SEQS,
                                4L,
                                Knob.NUM_BLOCKS,
                                512L,
                                Knob.MAX_MODEL_LEN,
                                (long) context,
                                Knob.MIN_STEP_MS,
                                minStepMillis),
                        context);
        engine =
                new Engine(
                        new CountingDecoder(TOKENIZER.size()),
                        knobs.limits(),
                        knobs.live(),
                        TOKENIZER::bytes,
                        Set.of(0),
                        System::nanoTime,
                        LockSupport::parkNanos,
                        metrics);
        metrics.observe(engine::load);
        metrics.places(() -> engine.knobs().maxSequences());
        var adapters = new AdapterRegistry("tiny", 2, adapterReader, InstantSource.system());
        metrics.adapters(engine::load, 2, InstantSource.system());
        var model =
                new ServedModel(
                        "tiny", TOKENIZER, "tokenizer-1", chat, context, 0, 1, "here", adapters);
        server =
                new EngineServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        engine,
                        model,
                        metrics,
                        knobs,
                        () -> new CountingDecoder(TOKENIZER.size()),
                        InstantSource.system(),
                        AdminGuard.of(token),
                        prompt -> {});
        server.start();
        Thread.ofPlatform().name("engine").start(this::steps);
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    @Override
    public void close() {
        server.close();
        engine.close();
    }

    private void steps() {
        try {
            while (engine.awaitWork()) {
                engine.step();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
