package dev.keelson.runtime.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads and writes the safetensors format: a length, a JSON header, raw little-endian numbers. F16
 * and BF16 become F32.
 */
public final class Safetensors {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long LARGEST_HEADER = 32 << 20;

    /** Values in row order. */
    @SuppressWarnings(
            "ArrayRecordComponent") // compared by nobody; megabytes of numbers must not be boxed
    public record Tensor(long[] shape, float[] values) {
        public Tensor {
            if (Arrays.stream(shape).reduce(1, Math::multiplyExact) != values.length) {
                throw new IllegalArgumentException(
                        "shape "
                                + Arrays.toString(shape)
                                + " does not hold "
                                + values.length
                                + " values");
            }
        }
    }

    private Safetensors() {}

    /**
     * Reads every tensor of a file.
     *
     * @throws IOException if the file is malformed or truncated; the message names file and tensor
     */
    public static Map<String, Tensor> read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer length = read(channel, 0, 8, file);
            long header = length.getLong();
            if (header < 2 || header > LARGEST_HEADER || 8 + header > channel.size()) {
                throw new IOException(
                        file + ": not a safetensors file (header of " + header + " bytes)");
            }
            JsonNode root = JSON.readTree(read(channel, 8, (int) header, file).array());
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (var entry : root.properties()) {
                if (!entry.getKey().equals("__metadata__")) {
                    tensors.put(
                            entry.getKey(),
                            tensor(channel, 8 + header, entry.getKey(), entry.getValue(), file));
                }
            }
            return tensors;
        }
    }

    /** Writes tensors as F32, in the map's order. */
    public static void write(Path file, Map<String, Tensor> tensors) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        root.putObject("__metadata__").put("format", "pt");
        long offset = 0;
        for (var entry : tensors.entrySet()) {
            ObjectNode t = root.putObject(entry.getKey()).put("dtype", "F32");
            var shape = t.putArray("shape");
            Arrays.stream(entry.getValue().shape()).forEach(shape::add);
            long end = offset + 4L * entry.getValue().values().length;
            t.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        String text = JSON.writeValueAsString(root);
        // Padding to eight bytes keeps the numbers aligned for readers that map the file.
        byte[] header =
                (text + " ".repeat((8 - text.length() % 8) % 8))
                        .getBytes(StandardCharsets.US_ASCII);
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer head = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
            head.putLong(header.length).put(header).flip();
            writeAll(channel, head);
            for (Tensor t : tensors.values()) {
                ByteBuffer body =
                        ByteBuffer.allocate(4 * t.values().length).order(ByteOrder.LITTLE_ENDIAN);
                body.asFloatBuffer().put(t.values());
                writeAll(channel, body);
            }
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static Tensor tensor(FileChannel channel, long base, String name, JsonNode t, Path file)
            throws IOException {
        long from = t.path("data_offsets").path(0).asLong(-1);
        long to = t.path("data_offsets").path(1).asLong(-1);
        if (from < 0 || to < from || to - from > Integer.MAX_VALUE || base + to > channel.size()) {
            throw new IOException(file + ": tensor " + name + " lies outside the file");
        }
        ByteBuffer raw = read(channel, base + from, (int) (to - from), file);
        String type = t.path("dtype").asText();
        float[] values;
        switch (type) {
            case "F32" -> {
                values = new float[raw.remaining() / 4];
                raw.asFloatBuffer().get(values);
            }
            case "F16", "BF16" -> {
                values = new float[raw.remaining() / 2];
                for (int i = 0; i < values.length; i++) {
                    short half = raw.getShort();
                    values[i] =
                            type.equals("F16")
                                    ? Float.float16ToFloat(half)
                                    : Float.intBitsToFloat(half << 16);
                }
            }
            default ->
                    throw new IOException(
                            file
                                    + ": tensor "
                                    + name
                                    + " has dtype "
                                    + type
                                    + "; F32, F16 and BF16 are read");
        }
        long[] shape = new long[t.path("shape").size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = t.path("shape").path(i).asLong();
        }
        try {
            return new Tensor(shape, values);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IOException(file + ": tensor " + name + ": " + e.getMessage(), e);
        }
    }

    private static ByteBuffer read(FileChannel channel, long at, int length, Path file)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, at + bytes.position()) < 0) {
                throw new IOException(file + ": truncated");
            }
        }
        return bytes.flip();
    }
}
