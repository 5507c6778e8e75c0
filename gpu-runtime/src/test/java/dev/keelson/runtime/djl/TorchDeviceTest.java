package dev.keelson.runtime.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.EngineException;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.StepPlan;
import dev.keelson.runtime.engine.StepPlan.Copy;
import dev.keelson.runtime.engine.StepPlan.Load;
import dev.keelson.runtime.engine.StepPlan.Slice;
import dev.keelson.runtime.reference.ReferenceDecoder;
import dev.keelson.runtime.testing.TinyModels;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.Projection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchDeviceTest {
    private static final String SUPPORTED = "2.7.1";

    @Test
    void namesAreRead() {
        assertThat(TorchDevice.parse("cpu")).isEqualTo(TorchDevice.CPU);
        assertThat(TorchDevice.parse("cuda")).hasToString("cuda:0");
        assertThat(TorchDevice.parse("cuda:3").cuda()).isEqualTo(3);
        for (String wrong : List.of("", "gpu", "cuda:", "cuda:-1", "cuda:1234", "CUDA", "cpu:0")) {
            assertThatThrownBy(() -> TorchDevice.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the device must be cpu, cuda or cuda:N, not " + wrong);
        }
        assertThat(TorchDevice.ofEnvironment(Map.of())).isEqualTo(TorchDevice.CPU);
        assertThat(TorchDevice.ofEnvironment(Map.of(TorchDevice.VARIABLE, "cuda:1")).cuda())
                .isEqualTo(1);
    }

    @Test
    void theProcessorIsAlwaysThereAndADeviceThatIsNotSaysWhy() {
        assertThat(TorchDevice.CPU.missing()).isNull();
        assertThat(new TorchDevice(99).missing()).isNotBlank();
    }

    /** The decoder on the first CUDA device against plain Java, wherever there is one. */
    @Test
    void onCudaStepsChunksCopiesAndAdaptersGiveTheReferencesLogits() {
        var device = new TorchDevice(0);
        String missing = device.missing();
        assumeTrue(missing == null, "not run, no CUDA device is here: " + missing);
        var limits = new EngineLimits(8, 64, 4, 64, 128).withAdapters(2, 4);
        for (var config : TinyModels.family().values()) {
            LlamaWeights weights = TinyModels.weights(config, 7);
            int[] tokens = new Random(3).ints(40, 0, TinyModels.VOCABULARY).toArray();
            var adapter = TinyModels.adapter(config, 4, 5, Projection.values());
            try (var cuda = new LlamaDecoder(weights, limits, device);
                    var reference = new ReferenceDecoder(weights, limits)) {
                int none = StepPlan.NO_ADAPTER;
                List<StepPlan> steps =
                        List.of(
                                plan(slice(1, tokens, 0, 11, none)),
                                plan(slice(1, tokens, 11, 30, none)),
                                plan(slice(1, tokens, 30, 31, none)),
                                new StepPlan(
                                        List.of(
                                                slice(1, tokens, 31, 32, 1),
                                                slice(2, tokens, 4, 20, 1)),
                                        List.of(new Copy(10, 20)),
                                        List.of(new Load(1, adapter))));
                for (StepPlan step : steps) {
                    float[][] expected = reference.step(step);
                    float[][] given = cuda.step(step);
                    for (int row = 0; row < expected.length; row++) {
                        assertThat(given[row]).containsExactly(expected[row], within(1e-4f));
                    }
                }
            }
        }
    }

    @Test
    void aLibtorchOutsideIsToldToDjlByVersionAndKind(@TempDir Path folder) throws IOException {
        Path lib = Files.createDirectory(folder.resolve("lib"));
        assertThatThrownBy(() -> ExternalTorch.settings(lib, SUPPORTED))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("has no libtorch.so");
        Files.writeString(lib.resolve("libtorch.so"), "");
        assertThatThrownBy(() -> ExternalTorch.settings(lib, SUPPORTED))
                .hasMessageContaining("unknown version");

        Files.writeString(folder.resolve("build-version"), "2.7.1+cu128\n");
        assertThat(ExternalTorch.settings(lib, SUPPORTED))
                .isEqualTo(Map.of("PYTORCH_VERSION", SUPPORTED, "PYTORCH_FLAVOR", "cpu"));
        Files.writeString(lib.resolve("libtorch_cuda.so"), "");
        assertThat(ExternalTorch.settings(lib, SUPPORTED)).containsEntry("PYTORCH_FLAVOR", "cu128");

        Files.delete(folder.resolve("build-version"));
        Files.writeString(
                folder.resolve("version.py"),
                "from typing import Optional\n__version__ = '2.8.0+cu126'\n");
        assertThatThrownBy(() -> ExternalTorch.settings(lib, SUPPORTED))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("is libtorch 2.8.0; it must be 2.7.1");
    }

    private static StepPlan plan(Slice slice) {
        return new StepPlan(List.of(slice));
    }

    /** Sequence 1 has blocks 10 to 19, sequence 2 those from 20 on. */
    private static Slice slice(long id, int[] tokens, int from, int to, int adapter) {
        int[] blocks = IntStream.range(0, 10).map(i -> (int) (10 * id + i)).toArray();
        return new Slice(id, Arrays.copyOfRange(tokens, from, to), from, blocks, true, 0, adapter);
    }
}
