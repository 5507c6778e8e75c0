package dev.keelson.launcher.fleet;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Keeps logs bounded: a log past its size is copied to {@code NAME.log.1} and cut to nothing. The
 * process goes on writing at the new end, because it was opened for appending.
 */
final class LogRotation {
    private final Path folder;
    private final long largestBytes;

    LogRotation(Path folder, long largestBytes) {
        this.folder = folder;
        this.largestBytes = largestBytes;
    }

    void rotate() {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> logs = Files.newDirectoryStream(folder, "*.log")) {
            for (Path log : logs) {
                if (Files.size(log) > largestBytes) {
                    Path older = log.resolveSibling(log.getFileName() + ".1");
                    Files.copy(log, older, StandardCopyOption.REPLACE_EXISTING);
                    try (var channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
                        channel.truncate(0);
                    }
                }
            }
        } catch (IOException e) {
            // A full disk: the next round tries again.
        }
    }
}
