package dev.keelson.lab;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/**
 * {@code keelson sim ...}: studies on virtual time. Each study is a subcommand in a class of its
 * own.
 */
@Command(
        name = "keelson sim",
        description = "Studies on virtual time.",
        mixinStandardHelpOptions = true,
        subcommands = {
            AutoscalingHarnessCommand.class,
            EngineSpeedCommand.class,
            FaultsCommand.class,
            PointsCommand.class,
            RouteCommand.class,
            SimLiveCommand.class,
            SimPoliciesCommand.class,
            SimRunCommand.class,
            StepTimeCommand.class,
            StudyBenchCommand.class,
            ValidateCommand.class
        })
public final class SimMain {
    private SimMain() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command as {@link #main} runs it. */
    static CommandLine commandLine() {
        return new CommandLine(new SimMain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(SimMain::wrongUsage);
    }

    private static int wrongUsage(ParameterException e, String[] arguments) {
        PrintWriter err = e.getCommandLine().getErr();
        err.println("keelson: " + e.getMessage());
        err.println(
                "'%s --help' lists the options."
                        .formatted(e.getCommandLine().getCommandSpec().qualifiedName()));
        return CommandLine.ExitCode.USAGE;
    }
}
