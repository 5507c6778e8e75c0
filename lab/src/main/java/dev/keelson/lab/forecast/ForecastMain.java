package dev.keelson.lab.forecast;

import dev.keelson.lab.WrongUsage;
import dev.keelson.simulator.trace.InputException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code keelson forecast ...}: forecasts of files and how good they are. */
@Command(
        name = "keelson forecast",
        description = "Forecasts series of a file, and scores forecasts of their past.",
        mixinStandardHelpOptions = true,
        subcommands = {PredictCommand.class, BacktestCommand.class, BenchCommand.class})
public final class ForecastMain {
    private ForecastMain() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command as {@link #main} runs it. */
    static CommandLine commandLine() {
        return new CommandLine(new ForecastMain())
                .setParameterExceptionHandler(new WrongUsage())
                .setExecutionExceptionHandler((e, line, parsed) -> failed(e, line));
    }

    private static int failed(Exception e, CommandLine line) throws Exception {
        if (line.getParseResult().hasMatchedOption("--debug") || !(e instanceof InputException)) {
            throw e;
        }
        line.getErr().println("keelson: " + e.getMessage());
        return CommandLine.ExitCode.SOFTWARE;
    }
}
