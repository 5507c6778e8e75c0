package dev.keelson.launcher.command;

import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The help of all commands or of one. */
@Command(description = "The help of a command.")
final class HelpCommand implements Callable<Integer> {
    private final Session session;

    @Spec private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "COMMAND", arity = "0..*")
    private List<String> path = List.of();

    HelpCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        CommandSpec own = spec;
        if (own == null) {
            throw new IllegalStateException("picocli injects the specification.");
        }
        CommandLine found = own.root().commandLine();
        for (String word : path) {
            CommandLine next = found.getSubcommands().get(word);
            if (next == null) {
                throw new CommandFailure(
                        "There is no command (%s).".formatted(word),
                        "See: keelson help",
                        CommandFailure.USAGE);
            }
            found = next;
        }
        found.usage(session.out());
        return 0;
    }
}
