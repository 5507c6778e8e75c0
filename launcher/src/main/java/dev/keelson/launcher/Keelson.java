package dev.keelson.launcher;

import dev.keelson.launcher.command.Commands;
import dev.keelson.launcher.distribution.Distribution;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code keelson} command. */
@Command(
        name = "keelson",
        version = "keelson " + Distribution.VERSION,
        description = "Runs and manages fleets that serve large models.",
        synopsisSubcommandLabel = "COMMAND")
public final class Keelson implements Runnable {
    private final Session session;

    @Spec private @Nullable CommandSpec spec;

    /** The root of all commands. */
    public Keelson(Session session) {
        this.session = session;
    }

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows this help.")
    @SuppressWarnings("UnusedVariable") // picocli asks the option itself
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Shows the version.")
    @SuppressWarnings("UnusedVariable") // picocli asks the option itself
    private boolean version;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "The local fleet's data folder.")
    void data(Path folder) {
        session.data(folder);
    }

    @Option(
            names = "--server",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = "Another control plane.")
    void server(String url) {
        session.server(url);
    }

    @Option(
            names = "--token",
            paramLabel = "T",
            scope = ScopeType.INHERIT,
            description = "Bearer token for --server.")
    void token(String token) {
        session.token(token);
    }

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Prints one JSON document.")
    void json(boolean wanted) {
        session.json(wanted);
    }

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Shows stack traces of failures.")
    void debug(boolean wanted) {
        session.debug(wanted);
    }

    @Override
    public void run() {
        CommandSpec own = spec;
        if (own != null) {
            own.commandLine().usage(session.out());
        }
    }

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        var out =
                new PrintStream(
                        new java.io.FileOutputStream(java.io.FileDescriptor.out),
                        true,
                        StandardCharsets.UTF_8);
        var err =
                new PrintStream(
                        new java.io.FileOutputStream(java.io.FileDescriptor.err),
                        true,
                        StandardCharsets.UTF_8);
        var session = new Session(out, err, InstantSource.system(), System.getenv());
        String firstWord = args.length == 0 ? "" : args[0];
        int exit = commandLine(session, firstWord).execute(forwarded(args));
        out.flush();
        System.exit(exit);
    }

    /**
     * What follows {@code sim}, {@code forecast} and {@code model train|fetch} is for another
     * process: it reads its options itself.
     */
    static String[] forwarded(String[] args) {
        int own =
                switch (args.length == 0 ? "" : args[0]) {
                    case "sim", "forecast" -> 1;
                    case "model" -> 2;
                    default -> args.length;
                };
        if (own >= args.length) {
            return args;
        }
        var words = new ArrayList<>(List.of(args));
        words.add(own, "--");
        return words.toArray(String[]::new);
    }

    /** The whole command line of a session. */
    public static CommandLine commandLine(Session session) {
        return commandLine(session, "");
    }

    private static CommandLine commandLine(Session session, String firstWord) {
        CommandLine line = new CommandLine(new Keelson(session));
        Commands.addTo(line, session, firstWord);
        line.setOut(new PrintWriter(session.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(session.err(), true, StandardCharsets.UTF_8));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((e, args) -> Failures.usage(session, e));
        line.setExecutionExceptionHandler((e, command, parsed) -> Failures.report(session, e));
        return line;
    }
}
