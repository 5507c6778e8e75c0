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
        subcommands = {ValidateCommand.class})
public final class SimMain {
    private SimMain() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SimMain()).execute(arguments));
    }
}
