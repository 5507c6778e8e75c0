package dev.keelson.protocol;

/** A Kafka value that is no record of its topic. The message says why, never what it holds. */
public final class UndecodableRecordException extends Exception {
    private static final long serialVersionUID = 1L;

    public UndecodableRecordException(String message) {
        super(message);
    }
}
