package dev.keelson.launcher.command;

import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.distribution.Component;
import dev.keelson.launcher.distribution.Distribution;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Measures again what docs/benchmarks.md tells. */
@Command(description = "Prints tables of docs/benchmarks.md afresh.")
final class BenchCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            paramLabel = "NAME",
            arity = "0..*",
            description = "Benchmarks; all when none is given.")
    private List<String> names = List.of();

    BenchCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var distribution = Distribution.current();
        if (!distribution.has(Component.BENCH)) {
            throw new CommandFailure(
                    "The benchmarks are not built.", "Build them with: ./keelson --version");
        }
        ExecLine.print(session, Map.of(), distribution.command(Component.BENCH, names));
        return 0;
    }
}
