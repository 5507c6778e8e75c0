package dev.keelson.launcher.command;

import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.distribution.Component;
import dev.keelson.launcher.distribution.Distribution;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Forecasts of files, in a process of their own that reads the arguments itself. */
@Command(description = "Forecasts files and scores forecasts: keelson forecast --help.")
final class ForecastCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "ARG", arity = "0..*", description = "Passed on to the study.")
    private List<String> arguments = List.of();

    ForecastCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var distribution = Distribution.current();
        if (!distribution.has(Component.FORECAST)) {
            throw new CommandFailure(
                    "The studies are not built.", "Build them with: ./keelson --version");
        }
        ExecLine.print(
                session,
                distribution.environment(),
                distribution.command(Component.FORECAST, List.copyOf(arguments)));
        return 0;
    }
}
