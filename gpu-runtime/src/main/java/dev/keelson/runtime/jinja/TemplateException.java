package dev.keelson.runtime.jinja;

/** A template that cannot be read or evaluated, or that refuses its input. */
public final class TemplateException extends Exception {
    private static final long serialVersionUID = 1;

    TemplateException(String message) {
        super(message);
    }

    TemplateException(int line, String message) {
        super("line " + line + ": " + message);
    }
}
