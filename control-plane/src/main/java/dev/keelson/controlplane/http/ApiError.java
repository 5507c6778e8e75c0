package dev.keelson.controlplane.http;

/** A refusal with its status, a code for programs, and a sentence and advice for people. */
final class ApiError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    final int status;
    final String code;
    final String advice;

    ApiError(int status, String code, String message, String advice) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.advice = advice;
    }

    static ApiError badRequest(String message, String advice) {
        return new ApiError(400, "bad-request", message, advice);
    }

    static ApiError notFound(String message) {
        return new ApiError(404, "not-found", message, "Names are listed by `keelson get`.");
    }
}
