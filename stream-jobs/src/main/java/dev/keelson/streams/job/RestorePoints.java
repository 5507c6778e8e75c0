package dev.keelson.streams.job;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The complete checkpoints on disk: {@code FOLDER/JOB/chk-N/_metadata}. A MiniCluster keeps no
 * memory of its jobs, so the process finds its newest itself.
 */
final class RestorePoints {
    private static final Logger LOG = LoggerFactory.getLogger(RestorePoints.class);
    private static final int KEPT = 4;

    private final Path folder;

    RestorePoints(Path folder) {
        this.folder = folder;
    }

    /** Readable checkpoints, newest first; damaged ones are set aside. */
    List<Path> newestFirst() throws IOException {
        var result = new ArrayList<Path>();
        for (var checkpoint : complete()) {
            if (isReadable(checkpoint)) {
                result.add(checkpoint);
            } else {
                setAside(checkpoint);
            }
        }
        return result;
    }

    private List<Path> complete() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var found = Files.walk(folder, 3)) {
            return found.filter(file -> file.getFileName().toString().equals("_metadata"))
                    .map(Path::getParent)
                    .filter(parent -> parent.getFileName().toString().startsWith("chk-"))
                    .sorted(Comparator.comparing(RestorePoints::time).reversed())
                    .toList();
        }
    }

    private static FileTime time(Path checkpoint) {
        try {
            return Files.getLastModifiedTime(checkpoint.resolve("_metadata"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isReadable(Path checkpoint) {
        var metadata = checkpoint.resolve("_metadata");
        try (var in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(metadata)))) {
            Checkpoints.loadCheckpointMetadata(
                    in, RestorePoints.class.getClassLoader(), checkpoint.toString());
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.warn("The checkpoint {} is damaged: {}", checkpoint, e.toString());
            return false;
        }
    }

    /** Renames a checkpoint so that it is not tried again. */
    void setAside(Path checkpoint) throws IOException {
        if (Files.exists(checkpoint)) {
            Files.move(
                    checkpoint, checkpoint.resolveSibling("damaged-" + checkpoint.getFileName()));
        }
    }

    /** Deletes what is older than the newest few, of earlier runs. */
    void deleteOld() throws IOException {
        var complete = complete();
        var kept = complete.subList(0, Math.min(KEPT, complete.size()));
        var jobs = kept.stream().map(Path::getParent).distinct().toList();
        for (var checkpoint : complete.subList(kept.size(), complete.size())) {
            delete(checkpoint);
        }
        if (Files.isDirectory(folder)) {
            try (var found = Files.list(folder)) {
                for (var job : found.toList()) {
                    if (!jobs.contains(job)) {
                        delete(job);
                    }
                }
            }
        }
    }

    /** When the newest complete checkpoint was written, epoch milliseconds; 0 without one. */
    long newestTimeMs() throws IOException {
        var complete = complete();
        return complete.isEmpty() ? 0 : time(complete.get(0)).toMillis();
    }

    static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (var found = Files.walk(tree)) {
            for (var file : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
