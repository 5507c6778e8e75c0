package dev.keelson.launcher.command;

import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The log of one process. */
@Command(description = "The log of a process, by its name in status.")
final class LogsCommand implements Callable<Integer> {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int ROUND_MILLIS = 300;

    private final Session session;

    @Parameters(paramLabel = "NAME", description = "Such as control-plane, node-1, gateway-1.")
    private String name = "";

    @Option(
            names = {"-f", "--follow"},
            description = "Goes on with what is written.")
    private boolean follow;

    LogsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path log = session.folder().log(name);
        if (!name.matches("[A-Za-z0-9._-]+") || !Files.isRegularFile(log)) {
            throw new CommandFailure(
                    "There is no log of (%s).".formatted(name), "Known: " + known());
        }
        long position = 0;
        var buffer = new byte[BUFFER_BYTES];
        while (true) {
            try (var file = new RandomAccessFile(log.toFile(), "r")) {
                position = position > file.length() ? 0 : position;
                file.seek(position);
                for (int n = file.read(buffer); n > 0; n = file.read(buffer)) {
                    session.out().write(buffer, 0, n);
                    position += n;
                }
            }
            session.out().flush();
            if (!follow) {
                return 0;
            }
            TimeUnit.MILLISECONDS.sleep(ROUND_MILLIS);
        }
    }

    private String known() throws IOException {
        Path logs = session.folder().data().resolve("logs");
        if (!Files.isDirectory(logs)) {
            return "none; start a fleet with keelson up";
        }
        try (var files = Files.list(logs)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(file -> file.endsWith(".log"))
                    .map(file -> file.substring(0, file.length() - ".log".length()))
                    .sorted()
                    .collect(Collectors.joining(", "));
        }
    }
}
