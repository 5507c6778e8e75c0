package dev.keelson.launcher;

/** What went wrong in one line, what to do about it in another, and the exit code. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The operation failed. */
    public static final int FAILED = 1;

    /** The command was used wrongly. */
    public static final int USAGE = 2;

    /** A check found problems. */
    public static final int PROBLEMS = 3;

    private final String advice;
    private final int exitCode;

    /** A failed operation (exit code 1). */
    public CommandFailure(String message, String advice) {
        this(message, advice, FAILED);
    }

    /** A failure with an exit code of its own. */
    public CommandFailure(String message, String advice, int exitCode) {
        super(message);
        this.advice = advice;
        this.exitCode = exitCode;
    }

    /** What to do about it; may be empty. */
    public String advice() {
        return advice;
    }

    /** The exit code of the process. */
    public int exitCode() {
        return exitCode;
    }
}
