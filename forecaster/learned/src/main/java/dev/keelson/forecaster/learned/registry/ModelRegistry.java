package dev.keelson.forecaster.learned.registry;

import dev.keelson.forecaster.learned.registry.RefusedModelException.Reason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder of trained models, one file each. Safe for one writing and many reading processes: a
 * file appears whole, by a rename, or not at all.
 *
 * <p>Form of a file, big-endian: {@code KSLNMODL}, form (int), length (int), content, SHA-256 of
 * everything before it. Reading allocates nothing that the checksum has not covered.
 */
public final class ModelRegistry {
    private static final byte[] MAGIC = {'K', 'S', 'L', 'N', 'M', 'O', 'D', 'L'};
    private static final int FORM = 1;
    private static final int HEAD = MAGIC.length + 2 * Integer.BYTES;
    private static final int CHECKSUM = 32;
    private static final int LARGEST = 64 << 20;
    private static final String SUFFIX = ".model";

    private final Path folder;

    /** A registry in that folder, which is made when the first model is kept. */
    public ModelRegistry(Path folder) {
        this.folder = folder;
    }

    /** What a look at the folder gave. */
    public record Shelf(List<StoredModel> models, List<RefusedModelException> refused) {
        /** Copies the lists. */
        public Shelf {
            models = List.copyOf(models);
            refused = List.copyOf(refused);
        }
    }

    /** Keeps a model, replacing one of the same name. */
    public Path keep(StoredModel model) throws IOException {
        Files.createDirectories(folder);
        Path file = file(model.card().name());
        Path draft = Files.createTempFile(folder, ".draft-", "");
        try {
            try (var channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.wrap(bytes(model));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
            try (var directory = FileChannel.open(folder, StandardOpenOption.READ)) {
                directory.force(true);
            }
        } finally {
            Files.deleteIfExists(draft);
        }
        return file;
    }

    /** The model of that name. */
    public StoredModel load(String name) throws RefusedModelException {
        return read(file(name));
    }

    /** All models, oldest training window first, and the files that were refused. */
    public Shelf all() throws IOException {
        var models = new ArrayList<StoredModel>();
        var refused = new ArrayList<RefusedModelException>();
        for (Path file : files()) {
            try {
                models.add(read(file));
            } catch (RefusedModelException e) {
                refused.add(e);
            }
        }
        models.sort(
                Comparator.comparingLong(
                                (StoredModel model) -> model.card().window().toEpochSecond())
                        .thenComparing(model -> model.card().name()));
        return new Shelf(models, refused);
    }

    /** Removes a model; true when it was there. */
    public boolean discard(String name) throws IOException {
        return Files.deleteIfExists(file(name));
    }

    private Path file(String name) {
        return folder.resolve(name + SUFFIX);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    private static byte[] bytes(StoredModel model) throws IOException {
        byte[] content = ModelCodec.encode(model);
        if (content.length > LARGEST) {
            throw new IOException(
                    "A model of %d bytes is larger than the registry keeps (%d)."
                            .formatted(content.length, LARGEST));
        }
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.write(MAGIC);
        out.writeInt(FORM);
        out.writeInt(content.length);
        out.write(content);
        out.write(sha256(bytes.toByteArray(), bytes.size()));
        return bytes.toByteArray();
    }

    private static StoredModel read(Path file) throws RefusedModelException {
        byte[] bytes = bytes(file);
        if (bytes.length < MAGIC.length
                || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new RefusedModelException(
                    file, Reason.FOREIGN, "it does not begin like a model of Keelson.");
        }
        if (bytes.length < HEAD + CHECKSUM) {
            throw new RefusedModelException(file, Reason.CORRUPT, "it ends within its head.");
        }
        var head = ByteBuffer.wrap(bytes);
        int form = head.getInt(MAGIC.length);
        if (form != FORM) {
            throw new RefusedModelException(
                    file,
                    Reason.OTHER_VERSION,
                    "it has form %d, this program reads form %d.".formatted(form, FORM));
        }
        int length = head.getInt(MAGIC.length + Integer.BYTES);
        if (length != bytes.length - HEAD - CHECKSUM) {
            throw new RefusedModelException(
                    file,
                    Reason.CORRUPT,
                    "its content should have %d bytes and has %d."
                            .formatted(length, bytes.length - HEAD - CHECKSUM));
        }
        byte[] sum = sha256(bytes, bytes.length - CHECKSUM);
        if (!Arrays.equals(sum, 0, CHECKSUM, bytes, bytes.length - CHECKSUM, bytes.length)) {
            throw new RefusedModelException(file, Reason.CORRUPT, "its checksum does not match.");
        }
        return decode(file, bytes, length);
    }

    private static StoredModel decode(Path file, byte[] bytes, int length)
            throws RefusedModelException {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes, HEAD, length))) {
            StoredModel model = ModelCodec.decode(in);
            if (in.available() > 0) {
                throw new RefusedModelException(
                        file, Reason.IMPOSSIBLE, "something follows the model.");
            }
            if (!file.getFileName().toString().equals(model.card().name() + SUFFIX)) {
                throw new RefusedModelException(
                        file,
                        Reason.IMPOSSIBLE,
                        "it holds the model %s.".formatted(model.card().name()));
            }
            return model;
        } catch (IllegalArgumentException | IOException e) {
            throw new RefusedModelException(
                    file, Reason.IMPOSSIBLE, String.valueOf(e.getMessage()));
        }
    }

    private static byte[] bytes(Path file) throws RefusedModelException {
        try {
            if (Files.size(file) > LARGEST + HEAD + CHECKSUM) {
                throw new RefusedModelException(
                        file, Reason.FOREIGN, "it is larger than any model.");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new RefusedModelException(file, Reason.UNREADABLE, e.toString());
        }
    }

    private static byte[] sha256(byte[] bytes, int length) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes, 0, length);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256.", e);
        }
    }
}
