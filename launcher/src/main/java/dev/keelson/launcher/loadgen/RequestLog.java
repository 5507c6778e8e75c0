package dev.keelson.launcher.loadgen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.Locale;

/**
 * One CSV line for each request of a run, written when its answer ended. Thread-safe. No prompt and
 * no answer is in it, only their lengths.
 */
public final class RequestLog {
    /**
     * Columns: the moment of sending in seconds since the epoch; tokens that were asked for; tokens
     * that came; times in milliseconds, empty where there is none; the error, empty for success.
     */
    static final String HEADER =
            "sent_at,prompt_tokens,output_tokens,tokens,ttft_ms,tpot_ms,e2e_ms,error";

    private final Writer out;

    /** Writes the header; the owner closes {@code out} after the run. */
    public RequestLog(Writer out) {
        this.out = out;
        line(HEADER);
    }

    void add(double sentAt, TraceRequest request, Outcome outcome) {
        String error = outcome.error();
        line(
                String.format(
                        Locale.ROOT,
                        "%.3f,%d,%d,%d,%s,%s,%s,%s",
                        sentAt,
                        request.promptTokens(),
                        request.outputTokens(),
                        outcome.tokens(),
                        number(outcome.ttftMillis()),
                        number(outcome.tpotMillis()),
                        number(outcome.e2eMillis()),
                        error == null ? "" : error.replace(',', ' ')));
    }

    private synchronized void line(String text) {
        try {
            out.write(text + "\n");
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String number(double millis) {
        return Double.isNaN(millis) ? "" : String.format(Locale.ROOT, "%.2f", millis);
    }
}
