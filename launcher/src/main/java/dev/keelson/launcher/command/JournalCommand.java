package dev.keelson.launcher.command;

import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The record of inputs and decisions. */
@Command(description = "The record of inputs and decisions: keelson journal export.")
final class JournalCommand {
    private final Session session;

    JournalCommand(Session session) {
        this.session = session;
    }

    @Command(name = "export", description = "Writes a span of the journal as JSON Lines.")
    int export(
            @Option(names = "--from", paramLabel = "T", required = true, description = "ISO-8601.")
                    String from,
            @Option(names = "--to", paramLabel = "T", required = true, description = "ISO-8601.")
                    String to,
            @Parameters(paramLabel = "FILE") Path file)
            throws IOException {
        Instant start = time("--from", from);
        Instant end = time("--to", to);
        if (end.isBefore(start)) {
            throw new CommandFailure(
                    "--to (%s) lies before --from (%s).".formatted(to, from),
                    "",
                    CommandFailure.USAGE);
        }
        Path draft = file.resolveSibling(file.getFileName() + ".draft");
        String query = "?from=" + encoded(start.toString()) + "&to=" + encoded(end.toString());
        try (var in = session.controlPlane().stream("/api/v1/journal" + query)) {
            Files.copy(in, draft, StandardCopyOption.REPLACE_EXISTING);
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
        session.say("%d bytes in %s".formatted(Files.size(file), file));
        return 0;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static Instant time(String option, String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new CommandFailure(
                    "%s is %s; it must be a time such as 2026-01-31T12:00:00Z."
                            .formatted(option, text),
                    "",
                    CommandFailure.USAGE);
        }
    }
}
