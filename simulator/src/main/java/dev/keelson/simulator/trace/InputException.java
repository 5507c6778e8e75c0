package dev.keelson.simulator.trace;

import java.nio.file.Path;

/** An input file is wrong: the message names file, line and what was expected. */
public final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InputException(String message) {
        super(message);
    }

    static InputException at(Path file, int line, String problem) {
        return new InputException("%s:%d: %s".formatted(file, line, problem));
    }
}
