package dev.keelson.runtime.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    @TempDir private Path folder;

    @Test
    void writtenTensorsReadBackTheSame() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("a", new Tensor(new long[] {2, 3}, new float[] {1, 2, 3, 4, 5, 6}));
        tensors.put("b", new Tensor(new long[] {1}, new float[] {-0.5f}));
        Path file = folder.resolve("m.safetensors");
        Safetensors.write(file, tensors);
        try (var read = Safetensors.open(file)) {
            assertThat(read.names()).containsExactly("a", "b");
            assertThat(read.read("a").shape()).containsExactly(2, 3);
            assertThat(read.read("a").values()).containsExactly(1, 2, 3, 4, 5, 6);
        }
    }

    @Test
    void halfPrecisionBecomesSingle() throws IOException {
        String header =
                "{\"h\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[4,6]}}";
        ByteBuffer bytes =
                ByteBuffer.allocate(8 + header.length() + 6).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
        bytes.putShort(Float.floatToFloat16(1.5f))
                .putShort(Float.floatToFloat16(-2))
                .putShort((short) (Float.floatToIntBits(3) >>> 16));
        Path file = Files.write(folder.resolve("h.safetensors"), bytes.array());
        try (var read = Safetensors.open(file)) {
            assertThat(read.read("h").values()).containsExactly(1.5f, -2);
            assertThat(read.read("b").values()).containsExactly(3);
        }
    }

    @Test
    void aTruncatedFileNamesItsTensor() throws IOException {
        Path file = folder.resolve("t.safetensors");
        Safetensors.write(file, Map.of("weight", new Tensor(new long[] {8}, new float[8])));
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 4));
        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("weight");
    }

    @Test
    void aFileOfAnotherKindIsRefused() throws IOException {
        Path file =
                Files.writeString(folder.resolve("x.safetensors"), "this is not a model at all");
        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a safetensors file");
    }
}
