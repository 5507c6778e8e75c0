package dev.keelson.launcher.command;

import dev.keelson.launcher.Session;
import dev.keelson.launcher.distribution.Component;
import dev.keelson.launcher.distribution.Distribution;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Work on the bundled model. */
@Command(description = "Trains the bundled model again: keelson model train.")
final class ModelCommand {
    private final Session session;

    ModelCommand(Session session) {
        this.session = session;
    }

    @Command(
            name = "train",
            description = "Trains the bundled model again; arguments go to the trainer.")
    int train(
            @Parameters(paramLabel = "ARG", arity = "0..*", description = "Passed on.")
                    List<String> arguments) {
        var distribution = Distribution.current();
        ExecLine.print(
                session,
                distribution.environment(),
                distribution.command(Component.TRAINER, List.copyOf(arguments)));
        return 0;
    }
}
