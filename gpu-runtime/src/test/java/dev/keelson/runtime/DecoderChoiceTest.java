package dev.keelson.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.runtime.EngineOptions.Decoding;
import dev.keelson.runtime.djl.TorchDevice;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.testing.TinyModels;
import dev.keelson.runtime.vector.VectorDecoder;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DecoderChoiceTest {
    @Test
    void autoTakesTheVectorApiWithoutLoadingLibtorch() {
        DecoderChoice choice =
                DecoderChoice.of(
                        Decoding.AUTO,
                        TorchDevice.CPU,
                        null,
                        () -> {
                            throw new AssertionError("libtorch was asked for");
                        });
        assertThat(choice.decoder()).isEqualTo(Decoding.VECTOR);
        assertThat(choice.slow()).isFalse();
    }

    @Test
    void autoTakesLibtorchWhereVectorsCannotRunAndSaysWhy() {
        DecoderChoice choice =
                DecoderChoice.of(Decoding.AUTO, TorchDevice.CPU, "one compiler", () -> null);
        assertThat(choice)
                .isEqualTo(new DecoderChoice(Decoding.TORCH, "not vector: one compiler", false));
    }

    @Test
    void autoTakesPlainJavaWhereNothingElseRunsAndSaysBothReasons() {
        DecoderChoice choice =
                DecoderChoice.of(Decoding.AUTO, TorchDevice.CPU, "one compiler", () -> "no file");
        assertThat(choice.decoder()).isEqualTo(Decoding.REFERENCE);
        assertThat(choice.slow()).isTrue();
        assertThat(choice.reason()).contains("one compiler", "no file");
    }

    @Test
    void whatIsAskedForIsTakenOrRefused() {
        assertThat(DecoderChoice.of(Decoding.TORCH, TorchDevice.CPU, null, () -> null).decoder())
                .isEqualTo(Decoding.TORCH);
        assertThat(DecoderChoice.of(Decoding.VECTOR, TorchDevice.CPU, null, () -> "x").decoder())
                .isEqualTo(Decoding.VECTOR);
        assertThat(DecoderChoice.of(Decoding.REFERENCE, TorchDevice.CPU, "y", () -> "x").decoder())
                .isEqualTo(Decoding.REFERENCE);
        assertThatThrownBy(() ->
                        DecoderChoice.of(Decoding.VECTOR, TorchDevice.CPU, "no module", () -> null))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("no module");
        assertThatThrownBy(() ->
                        DecoderChoice.of(Decoding.TORCH, TorchDevice.CPU, null, () -> "no file"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("no file");
    }

    @Test
    void onACudaDeviceItIsLibtorchOrNothing() {
        var device = new TorchDevice(1);
        for (Decoding asked : List.of(Decoding.AUTO, Decoding.TORCH)) {
            DecoderChoice choice = DecoderChoice.of(asked, device, null, () -> null);
            assertThat(choice.decoder()).isEqualTo(Decoding.TORCH);
            assertThat(choice.reason()).contains("cuda:1");
            assertThatThrownBy(() -> DecoderChoice.of(asked, device, null, () -> "no driver"))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("libtorch cannot compute on cuda:1: no driver");
        }
    }

    @Test
    void otherDecodersAreRefusedOnACudaDevice() {
        List<String> line = List.of("--model", "m", "--device", "cuda", "--decoder");
        assertThat(EngineOptions.parse(with(line, "auto")).device()).isEqualTo(new TorchDevice(0));
        for (String decoder : List.of("vector", "reference")) {
            assertThatThrownBy(() -> EngineOptions.parse(with(line, decoder)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(decoder)
                    .hasMessageContaining("--device cuda:0");
        }
    }

    private static List<String> with(List<String> line, String last) {
        return Stream.concat(line.stream(), Stream.of(last)).toList();
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
