package dev.keelson.runtime;

import dev.keelson.runtime.EngineOptions.Decoding;
import dev.keelson.runtime.djl.TorchDevice;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What runs the model, and why.
 *
 * @param decoder never {@code AUTO}
 * @param reason a sentence for the log
 * @param slow whether an operator should know: plain Java serves because nothing better can
 */
record DecoderChoice(Decoding decoder, String reason, boolean slow) {

    /**
     * Takes what is asked for; with {@code AUTO} the first that can run here: the Vector API, which
     * decodes several times as fast as libtorch on a processor (docs/benchmarks.md), libtorch,
     * plain Java. On a CUDA device it is libtorch or nothing: an accelerator that is paid for must
     * not stand idle because something slow serves in its place.
     *
     * @param device where it is to compute
     * @param noVector why the decoder on the Vector API cannot run here, null if it can
     * @param noTorch the same of libtorch on that device; asked only where it counts, since asking
     *     loads it
     * @throws UnsupportedOperationException if what is asked for cannot run here
     */
    static DecoderChoice of(
            Decoding asked,
            TorchDevice device,
            @Nullable String noVector,
            Supplier<@Nullable String> noTorch) {
        if (device.isCuda()) {
            return accelerated(device, noTorch.get());
        }
        return switch (asked) {
            case AUTO -> automatic(noVector, noTorch);
            case VECTOR -> {
                if (noVector != null) {
                    throw new UnsupportedOperationException(
                            "the decoder on the Vector API cannot run: " + noVector);
                }
                yield asked(asked);
            }
            case TORCH -> {
                String missing = noTorch.get();
                if (missing != null) {
                    throw new UnsupportedOperationException("libtorch does not load: " + missing);
                }
                yield asked(asked);
            }
            case REFERENCE -> asked(asked);
        };
    }

    private static DecoderChoice accelerated(TorchDevice device, @Nullable String missing) {
        if (missing != null) {
            throw new UnsupportedOperationException(
                    "libtorch cannot compute on %s: %s".formatted(device, missing));
        }
        return new DecoderChoice(Decoding.TORCH, "on " + device + ", as --device asks", false);
    }

    private static DecoderChoice automatic(
            @Nullable String noVector, Supplier<@Nullable String> noTorch) {
        if (noVector == null) {
            return new DecoderChoice(Decoding.VECTOR, "the fastest that can run here", false);
        }
        String missing = noTorch.get();
        if (missing == null) {
            return new DecoderChoice(Decoding.TORCH, "not vector: " + noVector, false);
        }
        return new DecoderChoice(
                Decoding.REFERENCE,
                "slow plain Java, since libtorch does not load (%s); not vector: %s"
                        .formatted(missing, noVector),
                true);
    }

    private static DecoderChoice asked(Decoding decoder) {
        return new DecoderChoice(decoder, "as --decoder asks", false);
    }
}
