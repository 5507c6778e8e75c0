package dev.keelson.runtime.hub;

import java.io.PrintStream;
import java.util.function.LongSupplier;

/** Prints how far a download is, a line every second at most. */
final class ProgressLines implements FetchProgress {
    private static final long EVERY_NANOS = 1_000_000_000;
    private static final double MEGA = 1e6;

    private final PrintStream out;
    private final LongSupplier nanoTime;
    private String file = "";
    private long lastNanos;
    private long lastDone;

    ProgressLines(PrintStream out, LongSupplier nanoTime) {
        this.out = out;
        this.nanoTime = nanoTime;
    }

    @Override
    public void at(String name, long done, long total) {
        long now = nanoTime.getAsLong();
        boolean begins = !name.equals(file);
        if (begins) {
            file = name;
            lastNanos = now;
            lastDone = done;
        }
        long nanos = now - lastNanos;
        if (done == total) {
            out.printf("%s: %.1f MB%n", name, total / MEGA);
        } else if (nanos >= EVERY_NANOS) {
            out.printf(
                    "%s: %.1f of %.1f MB, %.1f MB/s%n",
                    name, done / MEGA, total / MEGA, (done - lastDone) / MEGA / (nanos / 1e9));
            lastNanos = now;
            lastDone = done;
        }
    }
}
