package dev.keelson.runtime;

import dev.keelson.runtime.EngineOptions.Decoding;
import dev.keelson.runtime.djl.LlamaDecoder;
import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.reference.ReferenceDecoder;
import dev.keelson.runtime.vector.VectorDecoder;
import dev.keelson.runtime.weights.LlamaWeights;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses what runs the model. */
final class Decoders {
    private static final Logger LOG = LoggerFactory.getLogger(Decoders.class);

    private Decoders() {}

    /**
     * Opens the decoder that is asked for; with {@code AUTO} plain Java, and one warning, where
     * libtorch does not load.
     *
     * @param threads of the decoder on the Vector API; libtorch has its own setting
     * @throws UnsupportedOperationException if what is asked for cannot run here
     */
    static Decoder open(Decoding asked, LlamaWeights weights, EngineLimits limits, int threads) {
        if (asked == Decoding.VECTOR) {
            return vector(weights, limits, threads);
        }
        if (asked == Decoding.REFERENCE) {
            return new ReferenceDecoder(weights, limits);
        }
        @Nullable String missing = LlamaDecoder.missingLibrary();
        if (missing == null) {
            return new LlamaDecoder(weights, limits);
        }
        if (asked == Decoding.TORCH) {
            throw new UnsupportedOperationException("libtorch does not load: " + missing);
        }
        LOG.warn(
                "libtorch does not load ({}); the plain Java decoder serves instead, more slowly",
                missing);
        return new ReferenceDecoder(weights, limits);
    }

    private static Decoder vector(LlamaWeights weights, EngineLimits limits, int threads) {
        @Nullable String missing = VectorDecoder.missing();
        if (missing != null) {
            throw new UnsupportedOperationException(
                    "the decoder on the Vector API cannot run: " + missing);
        }
        var decoder = new VectorDecoder(weights, limits, threads);
        decoder.warmUp();
        return decoder;
    }
}
