package dev.keelson.launcher.command;

import dev.keelson.launcher.Session;
import dev.keelson.launcher.distribution.Component;
import dev.keelson.launcher.distribution.Distribution;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Models on this machine. */
@Command(description = "Trains the bundled model again, or downloads one from a hub.")
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
        return become(Component.TRAINER, arguments);
    }

    @Command(
            name = "fetch",
            description =
                    "Downloads hf:ORGANISATION/NAME[@REVISION] and prints where it lies; --hub URL, --to DIR.")
    int fetch(
            @Parameters(paramLabel = "ARG", arity = "1..*", description = "Passed on.")
                    List<String> arguments) {
        return become(Component.FETCH, arguments);
    }

    private int become(Component component, List<String> arguments) {
        var distribution = Distribution.current();
        ExecLine.print(
                session,
                distribution.environment(),
                distribution.command(component, List.copyOf(arguments)));
        return 0;
    }
}
