package dev.keelson.runtime.bench;

import dev.keelson.runtime.djl.LlamaDecoder;
import dev.keelson.runtime.djl.TorchDevice;
import dev.keelson.runtime.engine.Adapter;
import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.Engine;
import dev.keelson.runtime.engine.EngineKnobs;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.EngineRequest;
import dev.keelson.runtime.engine.FinishReason;
import dev.keelson.runtime.engine.Logprobs;
import dev.keelson.runtime.engine.SamplingParameters;
import dev.keelson.runtime.engine.Token;
import dev.keelson.runtime.engine.TokenSink;
import dev.keelson.runtime.http.EngineMetrics;
import dev.keelson.runtime.weights.ConfigFile;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.SafetensorsFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** An engine that is stepped here, without threads and without HTTP. */
final class BenchEngine implements AutoCloseable {
    private final Engine engine;

    /** An answer as it comes. */
    static final class Answer implements TokenSink {
        final List<Integer> tokens = new ArrayList<>();

        /** Differences of the two best logits, where logprobs were asked for. */
        final List<Float> gaps = new ArrayList<>();

        int cached;
        long firstToken;
        boolean ended;

        @Override
        public void started(int cachedTokens) {
            cached = cachedTokens;
            firstToken = System.nanoTime();
        }

        @Override
        public void token(Token token) {
            tokens.add(token.id());
            Logprobs logprobs = token.logprobs();
            if (logprobs != null) {
                gaps.add(logprobs.values()[0] - logprobs.values()[1]);
            }
            ended = token.last() != null;
        }

        @Override
        public void ended(FinishReason reason) {
            ended = true; // by a step that failed, which run() tells
        }
    }

    BenchEngine(LlamaWeights weights, EngineLimits limits, EngineKnobs knobs) {
        this(libtorch(weights, limits), limits, knobs);
    }

    BenchEngine(Decoder decoder, EngineLimits limits, EngineKnobs knobs) {
        engine =
                new Engine(
                        decoder,
                        limits,
                        knobs,
                        token -> new byte[0],
                        Set.of(),
                        System::nanoTime,
                        LockSupport::parkNanos,
                        new EngineMetrics("bench"));
    }

    /** The decoder on libtorch, on the device that {@value TorchDevice#VARIABLE} names. */
    static Decoder libtorch(LlamaWeights weights, EngineLimits limits) {
        return new LlamaDecoder(weights, limits, TorchDevice.ofEnvironment(System.getenv()));
    }

    static LlamaWeights weights(Path folder) throws IOException {
        try (var tensors = SafetensorsFolder.open(folder)) {
            return LlamaWeights.read(ConfigFile.read(folder.resolve("config.json")), tensors);
        }
    }

    static int[] prompt(Random random, int length, int vocabulary) {
        return random.ints(length, 1, vocabulary).toArray();
    }

    static SamplingParameters greedy(int tokens) {
        return new SamplingParameters(tokens, 0, 1, 0, 0, List.of(), true);
    }

    Engine engine() {
        return engine;
    }

    Answer submit(int[] prompt, SamplingParameters parameters) {
        return submit(prompt, parameters, null);
    }

    Answer submit(int[] prompt, SamplingParameters parameters, @Nullable Adapter adapter) {
        var answer = new Answer();
        engine.submit(
                new EngineRequest(prompt, adapter), List.of(new Engine.Choice(parameters, answer)));
        return answer;
    }

    /**
     * Goes on with an answer that another engine began.
     *
     * @param begun its tokens, which come first in the answer here too
     */
    Answer goOn(int[] prompt, int[] begun, SamplingParameters parameters) {
        var answer = new Answer();
        Arrays.stream(begun).forEach(answer.tokens::add);
        var request = new EngineRequest(prompt, begun, 0, "", EngineRequest.NO_DEADLINE, null);
        engine.submit(request, List.of(new Engine.Choice(parameters, answer)));
        return answer;
    }

    /**
     * Steps until nothing is left.
     *
     * @throws IllegalStateException if a step failed
     */
    void run() {
        while (engine.step()) {
            if (engine.failure() != null) {
                throw new IllegalStateException("a step failed: " + engine.failure());
            }
        }
    }

    @Override
    public void close() {
        engine.close();
        engine.release();
    }
}
