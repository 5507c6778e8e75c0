package dev.keelson.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.runtime.EngineOptions.Decoding;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.testing.TinyModels;
import dev.keelson.runtime.vector.VectorDecoder;
import org.junit.jupiter.api.Test;

class DecoderChoiceTest {
    @Test
    void autoTakesTheVectorApiWithoutLoadingLibtorch() {
        DecoderChoice choice =
                DecoderChoice.of(
                        Decoding.AUTO,
                        null,
                        () -> {
                            throw new AssertionError("libtorch was asked for");
                        });
        assertThat(choice.decoder()).isEqualTo(Decoding.VECTOR);
        assertThat(choice.slow()).isFalse();
    }

    @Test
    void autoTakesLibtorchWhereVectorsCannotRunAndSaysWhy() {
        DecoderChoice choice = DecoderChoice.of(Decoding.AUTO, "one compiler", () -> null);
        assertThat(choice)
                .isEqualTo(new DecoderChoice(Decoding.TORCH, "not vector: one compiler", false));
    }

    @Test
    void autoTakesPlainJavaWhereNothingElseRunsAndSaysBothReasons() {
        DecoderChoice choice = DecoderChoice.of(Decoding.AUTO, "one compiler", () -> "no file");
        assertThat(choice.decoder()).isEqualTo(Decoding.REFERENCE);
        assertThat(choice.slow()).isTrue();
        assertThat(choice.reason()).contains("one compiler", "no file");
    }

    @Test
    void whatIsAskedForIsTakenOrRefused() {
        assertThat(DecoderChoice.of(Decoding.TORCH, null, () -> null).decoder())
                .isEqualTo(Decoding.TORCH);
        assertThat(DecoderChoice.of(Decoding.VECTOR, null, () -> "x").decoder())
                .isEqualTo(Decoding.VECTOR);
        assertThat(DecoderChoice.of(Decoding.REFERENCE, "y", () -> "x").decoder())
                .isEqualTo(Decoding.REFERENCE);
        assertThatThrownBy(() -> DecoderChoice.of(Decoding.VECTOR, "no module", () -> null))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("no module");
        assertThatThrownBy(() -> DecoderChoice.of(Decoding.TORCH, null, () -> "no file"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("no file");
    }

    @Test
    void aHeapThatCannotHoldWeightsAndCacheIsAReasonAgainstVectors() {
        var config = TinyModels.family().values().iterator().next();
        var limits = new EngineLimits(8, 64, 16, 1 << 20, 128);
        long needed = VectorDecoder.heapBytes(config, limits);
        long cache = 2L * config.layers() * config.keyWidth() * 16 * (1 << 20) * Float.BYTES;
        assertThat(needed).isGreaterThan(cache);
        assertThat(Decoders.noRoom(config, limits, needed)).isNull();
        assertThat(Decoders.noRoom(config, limits, needed - 1)).contains("-Xmx");
    }
}
