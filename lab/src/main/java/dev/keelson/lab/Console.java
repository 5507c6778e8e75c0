package dev.keelson.lab;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where a study's command writes to, and how it refuses. A mixin: picocli injects the command. */
@Command
public final class Console {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    /** The command line that runs the command. */
    public CommandLine line() {
        if (command == null) {
            throw new IllegalStateException("The command runs outside picocli.");
        }
        return command.commandLine();
    }

    PrintWriter out() {
        return line().getOut();
    }

    PrintWriter err() {
        return line().getErr();
    }

    /** Wrong usage, which ends in exit code 2. */
    ParameterException usage(@Nullable String message) {
        return new ParameterException(line(), String.valueOf(message));
    }

    /** Tells of a file that cannot be read; the exit code for it. */
    int unreadable(Exception e) {
        err().println(
                        "A file cannot be read: %s.%nCheck the folder and its permissions."
                                .formatted(e.getMessage()));
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** Tells of input that is wrong; the exit code for it. */
    int failed(Exception e) {
        err().println("keelson: " + e.getMessage());
        return CommandLine.ExitCode.SOFTWARE;
    }
}
