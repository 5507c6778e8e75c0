package dev.keelson.simulator.engine.profile;

import java.nio.file.Path;

/**
 * A file that does not say what it should. The message names file, line, what was found and what
 * was expected.
 */
public final class MalformedInputException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * @param line counted from 1; 0 when the whole file is meant
     */
    public MalformedInputException(Path file, long line, String found, String expected) {
        super(
                "%s%s: %s.%nExpected: %s."
                        .formatted(file, line > 0 ? ":" + line : "", found, expected));
    }
}
