package dev.keelson.agent.supervise;

/** What became of a command. */
public sealed interface Verdict {
    /** It is being done. */
    record Accepted() implements Verdict {}

    /** It was done before. */
    record Duplicate(String message) implements Verdict {}

    /** It is not done. */
    record Refused(String message) implements Verdict {}
}
