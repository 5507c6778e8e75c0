package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.exchange.journal.JournalFormatException;
import dev.keelson.exchange.journal.Replay;
import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Plans every decision of an exported journal again. */
@Command(
        description =
                "Plans every decision of an exported journal again; exit code 3 on a difference.")
final class ReplayCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "FILE", description = "Written by: keelson journal export")
    private Path file = Path.of("");

    ReplayCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new CommandFailure(
                    "The file (%s) cannot be read.".formatted(file), "", CommandFailure.USAGE);
        }
        Replay.Result result;
        try (var reader = Files.newBufferedReader(file)) {
            result = Replay.run(reader);
        } catch (JournalFormatException e) {
            throw new CommandFailure(
                    "%s: %s".formatted(file, e.getMessage()),
                    "Export it again with: keelson journal export");
        }
        print(result);
        if (result.decisions() == 0) {
            throw new CommandFailure(
                    "%s holds no decision.".formatted(file), "Export a longer span.");
        }
        return result.differences() == 0 ? 0 : CommandFailure.PROBLEMS;
    }

    private void print(Replay.Result result) {
        Replay.Difference first = result.first();
        if (session.wantsJson()) {
            ObjectNode root = JsonNodeFactory.instance.objectNode();
            root.put("decisions", result.decisions()).put("differences", result.differences());
            if (first == null) {
                root.putNull("first");
            } else {
                root.putObject("first")
                        .put("line", first.line())
                        .put("field", first.field())
                        .put("recorded", first.recorded())
                        .put("replayed", first.replayed());
            }
            session.print(root);
            return;
        }
        session.out()
                .println(
                        "%d decisions, %d differences"
                                .formatted(result.decisions(), result.differences()));
        if (first != null) {
            session.out()
                    .println(
                            "%s:%d: %s was %s, is %s"
                                    .formatted(
                                            file,
                                            first.line(),
                                            first.field(),
                                            first.recorded(),
                                            first.replayed()));
        }
    }
}
