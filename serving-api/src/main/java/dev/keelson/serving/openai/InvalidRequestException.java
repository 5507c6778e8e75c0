package dev.keelson.serving.openai;

/** A request that cannot be served as it is; carries the body to answer with. */
public final class InvalidRequestException extends Exception {
    private static final long serialVersionUID = 1;

    private final OpenAiError error;

    public InvalidRequestException(OpenAiError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    public OpenAiError error() {
        return error;
    }
}
