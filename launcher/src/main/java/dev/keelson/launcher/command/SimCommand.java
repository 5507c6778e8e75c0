package dev.keelson.launcher.command;

import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.distribution.Component;
import dev.keelson.launcher.distribution.Distribution;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Studies on virtual time, in a process of their own that reads the arguments itself. */
@Command(description = "Studies on virtual time: keelson sim --help.")
final class SimCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "ARG", arity = "0..*", description = "Passed on to the study.")
    private List<String> arguments = List.of();

    SimCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var distribution = Distribution.current();
        if (!distribution.has(Component.STUDY)) {
            throw new CommandFailure(
                    "The studies are not built.", "Build them with: ./keelson --version");
        }
        ExecLine.print(
                session,
                distribution.environment(),
                distribution.command(Component.STUDY, List.copyOf(arguments)));
        return 0;
    }
}
