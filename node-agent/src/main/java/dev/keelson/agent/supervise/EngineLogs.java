package dev.keelson.agent.supervise;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs of engines, bounded: 4 MiB and one older part each, the newest twenty files of ended ones.
 * Engines write to the file themselves, so that they outlive the agent; a file that grew too long
 * is copied and cut, which a writer in append mode does not notice.
 */
final class EngineLogs {
    private static final Logger LOG = LoggerFactory.getLogger(EngineLogs.class);
    private static final long LONGEST = 4L << 20;
    private static final int KEPT = 20;

    private final Path folder;

    EngineLogs(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    Path file(String replica) {
        return folder.resolve(replica + ".log");
    }

    /** Cuts what is too long and deletes what is too old. */
    void trim(Set<String> liveReplicas) {
        Set<Path> live = liveReplicas.stream().map(this::file).collect(Collectors.toSet());
        try (var entries = Files.list(folder)) {
            List<Path> files = entries.filter(Files::isRegularFile).toList();
            for (Path file : files) {
                if (file.toString().endsWith(".log") && Files.size(file) > LONGEST) {
                    cut(file);
                }
            }
            files.stream()
                    .filter(file -> !live.contains(file) && !live.contains(withoutSuffix(file)))
                    .sorted(Comparator.comparingLong(EngineLogs::modified).reversed())
                    .skip(KEPT)
                    .forEach(EngineLogs::delete);
        } catch (IOException failed) {
            LOG.warn("engine logs could not be trimmed: {}", failed.toString());
        }
    }

    private static Path withoutSuffix(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".1")
                ? file.resolveSibling(name.substring(0, name.length() - 2))
                : file;
    }

    private static void cut(Path file) throws IOException {
        Files.copy(
                file,
                file.resolveSibling(file.getFileName() + ".1"),
                StandardCopyOption.REPLACE_EXISTING);
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
    }

    private static long modified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis();
        } catch (IOException gone) {
            return 0;
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failed) {
            LOG.warn("{} could not be deleted: {}", file, failed.toString());
        }
    }
}
