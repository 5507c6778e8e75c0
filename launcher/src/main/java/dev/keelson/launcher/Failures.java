package dev.keelson.launcher;

import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Failures as one line and advice; stack traces only when asked for. */
final class Failures {
    private Failures() {}

    static int usage(Session session, ParameterException e) {
        session.err().println("keelson: " + firstLine(e));
        var suggestion = new StringBuilder();
        if (e instanceof UnmatchedArgumentException unmatched) {
            unmatched.getSuggestions().stream()
                    .findFirst()
                    .ifPresent(s -> suggestion.append("Maybe: ").append(s).append(". "));
        }
        session.err()
                .printf(
                        "  %sSee: %s --help%n",
                        suggestion, e.getCommandLine().getCommandSpec().qualifiedName());
        return CommandFailure.USAGE;
    }

    static int report(Session session, Exception e) {
        if (session.debugs()) {
            e.printStackTrace(session.err());
        }
        if (e instanceof CommandFailure failure) {
            session.err().println("keelson: " + firstLine(failure));
            if (!failure.advice().isEmpty()) {
                failure.advice().lines().forEach(line -> session.err().println("  " + line));
            }
            return failure.exitCode();
        }
        session.err().println("keelson: " + e.getClass().getSimpleName() + ": " + firstLine(e));
        session.err().println("  The same command with --debug shows where.");
        return CommandFailure.FAILED;
    }

    private static String firstLine(Exception e) {
        String message = e.getMessage();
        return message == null ? "failed" : message.lines().findFirst().orElse("failed");
    }
}
