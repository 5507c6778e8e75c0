package dev.keelson.runtime.format;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A GGUF file, versions 2 and 3 (ggml's specification): metadata, then named tensors. Reading it
 * needs no more memory than the file has bytes, whatever its counts say. Of one thread.
 */
public final class GgufFile implements AutoCloseable {
    private static final int MAGIC = 0x46554747; // "GGUF"
    private static final int MOST_DIMENSIONS = 4;
    private static final int LONGEST_LIST = 1 << 23;
    private static final ValueLayout.OfInt INT = layout(ValueLayout.JAVA_INT_UNALIGNED);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * Where a tensor lies.
     *
     * @param type ggml's number of the element type
     * @param shape rows first, as in the Hugging Face layout: ggml's order reversed
     * @param offset from the file's beginning
     */
    public record Entry(String name, int type, List<Long> shape, long offset) {
        public Entry {
            shape = List.copyOf(shape);
        }
    }

    private final Path file;
    private final MappedFile bytes;
    private final Map<String, Object> metadata = new LinkedHashMap<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private long at;

    private GgufFile(Path file) throws IOException {
        this.file = file;
        bytes = new MappedFile(file);
    }

    /**
     * Opens a file and reads its metadata.
     *
     * @throws ModelFileException if it is malformed or truncated; the message names file and field
     */
    public static GgufFile open(Path file) throws IOException {
        var opened = new GgufFile(file);
        try {
            opened.readHeader();
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** The file's name, for messages. */
    public String name() {
        return file.toString();
    }

    /** Texts, Long, Double, Boolean, and lists of them, by key. */
    public Map<String, Object> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /** The tensors by name. */
    public Map<String, Entry> entries() {
        return Collections.unmodifiableMap(entries);
    }

    /**
     * A tensor's bytes.
     *
     * @param length as its type and shape make it
     * @throws ModelFileException if they lie outside the file
     */
    public MemorySegment bytes(Entry entry, long length) throws ModelFileException {
        if (entry.offset() > bytes.size() || length > bytes.size() - entry.offset()) {
            throw wrong("tensor " + entry.name() + " lies outside the file");
        }
        return bytes.slice(entry.offset(), length);
    }

    @Override
    public void close() {
        bytes.close();
    }

    private void readHeader() throws ModelFileException {
        if (bytes.size() < 24 || int32("magic") != MAGIC) {
            throw wrong("not a GGUF file");
        }
        int version = int32("version");
        if (version != 2 && version != 3) {
            throw wrong("version " + version + "; 2 and 3 are read");
        }
        long tensors = count("tensor count", 8 + 4 + 4 + 8);
        long values = count("metadata count", 8 + 4 + 1);
        for (long i = 0; i < values; i++) {
            String key = text("metadata key " + i);
            metadata.put(key, value(int32(key), key, true));
        }
        List<Entry> relative = new ArrayList<>();
        for (long i = 0; i < tensors; i++) {
            relative.add(entry("tensor " + i));
        }
        long alignment = metadata.get("general.alignment") instanceof Long l ? l : 32;
        if (alignment < 1 || alignment > 1 << 20) {
            throw wrong("general.alignment must be 1 to 1048576, not " + alignment);
        }
        long base = (at + alignment - 1) / alignment * alignment;
        for (Entry e : relative) {
            if (e.offset() < 0 || e.offset() > bytes.size()) {
                throw wrong("tensor " + e.name() + " lies outside the file");
            }
            entries.put(e.name(), new Entry(e.name(), e.type(), e.shape(), base + e.offset()));
        }
    }

    private Entry entry(String what) throws ModelFileException {
        String name = text(what);
        int dimensions = int32("tensor " + name);
        if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
            throw wrong("tensor " + name + " has " + dimensions + " dimensions");
        }
        Long[] shape = new Long[dimensions];
        for (int i = dimensions - 1; i >= 0; i--) {
            shape[i] = int64("tensor " + name);
        }
        return new Entry(name, int32("tensor " + name), Arrays.asList(shape), int64(name));
    }

    private Object value(int type, String key, boolean lists) throws ModelFileException {
        return switch (type) {
            case 0 -> (long) (int8(key) & 0xFF);
            case 1 -> (long) int8(key);
            case 2 -> (long) (int16(key) & 0xFFFF);
            case 3 -> (long) int16(key);
            case 4 -> int32(key) & 0xFFFFFFFFL;
            case 5 -> (long) int32(key);
            case 6 -> (double) bytes.slice(take(4, key), 4).get(FLOAT, 0);
            case 7 -> int8(key) != 0;
            case 8 -> text(key);
            case 9 -> {
                if (!lists) {
                    throw wrong(key + ": a list of lists");
                }
                yield list(key);
            }
            case 10, 11 -> int64(key);
            case 12 -> bytes.slice(take(8, key), 8).get(DOUBLE, 0);
            default -> throw wrong(key + " has the unknown type " + type);
        };
    }

    private List<Object> list(String key) throws ModelFileException {
        int type = int32(key);
        long size = count(key, 1);
        if (size > LONGEST_LIST) {
            throw wrong(key + " is a list of " + size + "; at most " + LONGEST_LIST + " are read");
        }
        List<Object> list = new ArrayList<>();
        for (long i = 0; i < size; i++) {
            list.add(value(type, key, false));
        }
        return Collections.unmodifiableList(list);
    }

    /**
     * A number of things of at least {@code least} bytes each, so it cannot ask for more memory.
     */
    private long count(String what, int least) throws ModelFileException {
        long count = int64(what);
        if (count < 0 || count > (bytes.size() - at) / least) {
            throw wrong(what + " is " + count + ", more than the file holds");
        }
        return count;
    }

    private String text(String what) throws ModelFileException {
        long length = count(what, 1);
        if (length > 1 << 26) {
            throw wrong(what + " has a text of " + length + " bytes");
        }
        byte[] raw = bytes.slice(take(length, what), length).toArray(ValueLayout.JAVA_BYTE);
        return new String(raw, StandardCharsets.UTF_8);
    }

    private byte int8(String what) throws ModelFileException {
        return bytes.slice(take(1, what), 1).get(ValueLayout.JAVA_BYTE, 0);
    }

    private short int16(String what) throws ModelFileException {
        return bytes.slice(take(2, what), 2).get(SHORT, 0);
    }

    private int int32(String what) throws ModelFileException {
        return bytes.slice(take(4, what), 4).get(INT, 0);
    }

    private long int64(String what) throws ModelFileException {
        return bytes.slice(take(8, what), 8).get(LONG, 0);
    }

    /** The place of the next {@code length} bytes. */
    private long take(long length, String what) throws ModelFileException {
        if (length > bytes.size() - at) {
            throw wrong("truncated in " + what);
        }
        long from = at;
        at += length;
        return from;
    }

    private ModelFileException wrong(String problem) {
        return new ModelFileException(file.toString(), problem);
    }

    private static ValueLayout.OfInt layout(ValueLayout.OfInt unaligned) {
        return unaligned.withOrder(ByteOrder.LITTLE_ENDIAN);
    }
}
