package dev.keelson.runtime.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.runtime.format.JsonFields;
import dev.keelson.runtime.format.MappedFile;
import dev.keelson.runtime.format.ModelFileException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * One file in the safetensors format: a length, a JSON header, raw little-endian numbers. F32, F16
 * and BF16 are read. Not thread-safe.
 */
public final class Safetensors implements TensorSource {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long LARGEST_HEADER = 100 << 20; // the format's own limit
    private static final int MOST_SIDES = 8;
    private static final ValueLayout.OfLong LITTLE_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Entry(String type, long[] shape, long from, long to) {}

    private final Path file;
    private final MappedFile bytes;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private Safetensors(Path file) throws IOException {
        this.file = file;
        bytes = new MappedFile(file);
    }

    /**
     * Opens a file and reads its header.
     *
     * @throws ModelFileException if it is malformed or truncated; the message names file and tensor
     */
    public static Safetensors open(Path file) throws IOException {
        var opened = new Safetensors(file);
        try {
            opened.readHeader();
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    @Override
    public String origin() {
        return file.toString();
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    @Override
    public Tensor read(String name) throws IOException {
        Entry e = entries.get(name);
        if (e == null) {
            throw wrong(name, "is missing");
        }
        MemorySegment raw = bytes.slice(e.from(), e.to() - e.from());
        return new Tensor(
                e.shape(),
                switch (e.type()) {
                    case "F32" -> Numbers.f32(raw);
                    case "F16" -> Numbers.f16(raw);
                    case "BF16" -> Numbers.bf16(raw);
                    default ->
                            throw wrong(
                                    name, "has dtype " + e.type() + "; F32, F16 and BF16 are read");
                });
    }

    @Override
    public void close() {
        bytes.close();
    }

    private void readHeader() throws IOException {
        long header = bytes.size() < 8 ? -1 : bytes.slice(0, 8).get(LITTLE_LONG, 0);
        if (header < 2 || header > LARGEST_HEADER || 8 + header > bytes.size()) {
            throw new ModelFileException(
                    file.toString(), "not a safetensors file (header of " + header + " bytes)");
        }
        JsonNode root =
                JsonFields.parse(
                                file.toString(),
                                bytes.slice(8, header).toArray(ValueLayout.JAVA_BYTE))
                        .node();
        for (var entry : root.properties()) {
            if (!entry.getKey().equals("__metadata__")) {
                entries.put(entry.getKey(), entry(entry.getKey(), entry.getValue(), 8 + header));
            }
        }
    }

    private Entry entry(String name, JsonNode t, long base) throws ModelFileException {
        JsonNode sides = t.path("shape");
        long[] shape = new long[Math.min(sides.size(), MOST_SIDES)];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = sides.path(i).isIntegralNumber() ? sides.path(i).asLong() : -1;
        }
        long elements =
                sides.isArray() && sides.size() <= MOST_SIDES ? Numbers.elements(shape) : -1;
        if (elements < 0) {
            throw wrong(name, "shape must be a list of sizes, not " + JsonFields.shown(sides));
        }
        long from = t.path("data_offsets").path(0).asLong(-1);
        long to = t.path("data_offsets").path(1).asLong(-1);
        if (from < 0 || to < from || to > bytes.size() - base) {
            throw wrong(
                    name,
                    "data_offsets lie outside the file: "
                            + JsonFields.shown(t.path("data_offsets")));
        }
        String type = t.path("dtype").asText("");
        int width = type.equals("F32") ? 4 : 2;
        if (Set.of("F32", "F16", "BF16").contains(type) && elements * width != to - from) {
            throw wrong(
                    name,
                    "shape "
                            + Arrays.toString(shape)
                            + " of "
                            + type
                            + " does not fill "
                            + (to - from)
                            + " bytes");
        }
        return new Entry(type, shape, base + from, base + to);
    }

    private ModelFileException wrong(String name, String problem) {
        return new ModelFileException(file.toString(), "tensor " + name + ": " + problem);
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
}
