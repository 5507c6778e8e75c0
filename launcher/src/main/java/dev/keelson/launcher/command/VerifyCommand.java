package dev.keelson.launcher.command;

import dev.keelson.launcher.CommandFailure;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Listed in the help; the shell part of {@code ./keelson} runs it, because it runs Maven. */
@Command(description = "Everything that CI runs: formatting, compiler gate, every test.")
final class VerifyCommand implements Callable<Integer> {
    @Option(names = "--full", description = "Adds long rounds, soaks and all seeds.")
    private boolean full;

    @Override
    public Integer call() {
        throw new CommandFailure(
                "verify runs Maven and is started by the script.",
                "Run: ./keelson verify" + (full ? " --full" : ""));
    }
}
