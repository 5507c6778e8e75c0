package dev.keelson.lab;

import picocli.CommandLine;
import picocli.CommandLine.Command;

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
                .setParameterExceptionHandler(new WrongUsage());
    }
}
