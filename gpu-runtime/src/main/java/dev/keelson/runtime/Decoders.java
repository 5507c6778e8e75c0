package dev.keelson.runtime;

import dev.keelson.runtime.EngineOptions.Decoding;
import dev.keelson.runtime.djl.LlamaDecoder;
import dev.keelson.runtime.djl.TorchDevice;
import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.reference.ReferenceDecoder;
import dev.keelson.runtime.vector.VectorDecoder;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens what runs the model. */
final class Decoders {
    private static final Logger LOG = LoggerFactory.getLogger(Decoders.class);
    private static final long MEBIBYTE = 1 << 20;

    private Decoders() {}

    /**
     * Opens the decoder that is asked for, or with {@code AUTO} the best that can run here, and
     * says in the log which it is and why.
     *
     * @param device where libtorch computes; the other decoders know the processor only
     * @param threads of the decoder on the Vector API; libtorch has its own setting
     * @throws UnsupportedOperationException if what is asked for cannot run here
     */
    static Decoder open(
            Decoding asked,
            TorchDevice device,
            LlamaWeights weights,
            EngineLimits limits,
            int threads) {
        @Nullable String noVector = VectorDecoder.missing();
        if (noVector == null && asked == Decoding.AUTO) {
            noVector = noRoom(weights.config(), limits, Runtime.getRuntime().maxMemory());
        }
        DecoderChoice choice = DecoderChoice.of(asked, device, noVector, device::missing);
        String name = choice.decoder().name().toLowerCase(Locale.ROOT);
        if (choice.slow()) {
            LOG.warn("decoder {}: {}", name, choice.reason());
        } else {
            LOG.info("decoder {}: {}", name, choice.reason());
        }
        return switch (choice.decoder()) {
            case VECTOR -> vector(weights, limits, threads);
            case TORCH -> new LlamaDecoder(weights, limits, device);
            case REFERENCE -> new ReferenceDecoder(weights, limits);
            case AUTO -> throw new IllegalStateException("a choice is never auto");
        };
    }

    /**
     * Why the Java heap cannot hold what the decoder on the Vector API keeps there, null if it can:
     * libtorch has its weights and its cache outside.
     */
    static @Nullable String noRoom(LlamaConfig config, EngineLimits limits, long heapBytes) {
        long needed = VectorDecoder.heapBytes(config, limits);
        return needed <= heapBytes
                ? null
                : "a heap of %d MiB has no room for the %d MiB of weights and cache (-Xmx)"
                        .formatted(heapBytes / MEBIBYTE, needed / MEBIBYTE);
    }

    private static Decoder vector(LlamaWeights weights, EngineLimits limits, int threads) {
        var decoder = new VectorDecoder(weights, limits, threads);
        decoder.warmUp();
        return decoder;
    }
}
