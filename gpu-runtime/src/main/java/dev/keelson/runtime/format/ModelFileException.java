package dev.keelson.runtime.format;

import java.io.IOException;

/**
 * A model file that cannot be served; the message names the file, the field and what was expected.
 */
public final class ModelFileException extends IOException {
    private static final long serialVersionUID = 1;

    public ModelFileException(String file, String problem) {
        super(file + ": " + problem);
    }

    public ModelFileException(String file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
