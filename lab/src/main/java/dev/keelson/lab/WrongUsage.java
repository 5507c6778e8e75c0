package dev.keelson.lab;

import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;

/** One line that says what is wrong and one of advice; exit code 2. */
public final class WrongUsage implements IParameterExceptionHandler {
    @Override
    public int handleParseException(ParameterException e, String[] arguments) {
        var err = e.getCommandLine().getErr();
        err.println("keelson: " + e.getMessage());
        err.println(
                "'%s --help' lists the options."
                        .formatted(e.getCommandLine().getCommandSpec().qualifiedName()));
        return CommandLine.ExitCode.USAGE;
    }
}
