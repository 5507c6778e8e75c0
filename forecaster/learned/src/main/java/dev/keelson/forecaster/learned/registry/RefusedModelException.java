package dev.keelson.forecaster.learned.registry;

import java.nio.file.Path;

/** A model file that is not used, and why. */
public final class RefusedModelException extends Exception {
    private static final long serialVersionUID = 1;

    /** Why a file is refused. */
    public enum Reason {
        /** It is no model file at all. */
        FOREIGN,
        /** It was made by a program that writes another form. */
        OTHER_VERSION,
        /** It was cut short, or a bit of it has changed. */
        CORRUPT,
        /** It is whole, but what it says cannot be. */
        IMPOSSIBLE,
        /** The disk did not give it. */
        UNREADABLE
    }

    private final Reason reason;

    RefusedModelException(Path file, Reason reason, String detail) {
        super("%s is refused (%s): %s".formatted(file, reason, detail));
        this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
