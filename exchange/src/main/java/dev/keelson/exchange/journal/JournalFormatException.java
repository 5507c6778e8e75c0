package dev.keelson.exchange.journal;

/** A journal that cannot be read: says where and why. */
public final class JournalFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int line;

    public JournalFormatException(int line, String message) {
        super(
                line > 0
                        ? "Line %d of the journal cannot be read: %s".formatted(line, message)
                        : message);
        this.line = line;
    }

    /** Line of the file, from 1; 0 where there is no file. */
    public int line() {
        return line;
    }
}
