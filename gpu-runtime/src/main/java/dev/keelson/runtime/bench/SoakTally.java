package dev.keelson.runtime.bench;

import java.util.ArrayList;
import java.util.List;

/** How the requests of a soak ended. Thread-safe. */
final class SoakTally {
    /**
     * Counts since the start.
     *
     * @param answered as asked for
     * @param left by closing the socket
     * @param refused wrong requests that got the typed 4xx that belongs to them
     * @param busy that got 429
     * @param failures of the server, 5xx
     * @param wrong any other end
     */
    record Counts(long answered, long left, long refused, long busy, long failures, long wrong) {
        Counts minus(Counts o) {
            return new Counts(
                    answered - o.answered,
                    left - o.left,
                    refused - o.refused,
                    busy - o.busy,
                    failures - o.failures,
                    wrong - o.wrong);
        }
    }

    private static final int MOST_NOTES = 20;

    private final List<String> notes = new ArrayList<>(); // guarded by this, as all below
    private long answered;
    private long left;
    private long refused;
    private long busy;
    private long failures;
    private long wrong;

    synchronized void answered() {
        answered++;
    }

    synchronized void left() {
        left++;
    }

    synchronized void refused() {
        refused++;
    }

    /** A status that the request should not have had. */
    synchronized void unexpected(int status, String what) {
        if (status == 429) {
            busy++;
            return;
        }
        if (status >= 500) {
            failures++;
        } else {
            wrong++;
        }
        if (notes.size() < MOST_NOTES) {
            notes.add(status + " " + what);
        }
    }

    /** No status: the connection broke, or a stream ended early. */
    synchronized void broken(String what) {
        unexpected(0, what);
    }

    synchronized Counts counts() {
        return new Counts(answered, left, refused, busy, failures, wrong);
    }

    /** The first unexpected ends. */
    synchronized List<String> notes() {
        return List.copyOf(notes);
    }
}
