package dev.keelson.exchange.process;

import java.io.IOException;
import java.io.InputStream;

/**
 * Ends a process whose supervisor died. The supervisor holds the other end of the standard input
 * open for as long as it lives, and writes nothing; the kernel closes it however the supervisor
 * ends, so nobody is left behind by a kill -9.
 */
public final class ParentWatch {
    private ParentWatch() {}

    /**
     * Starts to watch when the environment says that a supervisor started this process; otherwise
     * does nothing.
     */
    public static void startIfSupervised(Runnable whenOrphaned) {
        if ("1".equals(System.getenv("KEELSON_SUPERVISED"))) {
            Thread.ofPlatform()
                    .daemon()
                    .name("parent-watch")
                    .start(() -> awaitEnd(System.in, whenOrphaned));
        }
    }

    static void awaitEnd(InputStream input, Runnable whenOrphaned) {
        try {
            while (input.read() >= 0) {
                // What a person types is not for this process.
            }
        } catch (IOException e) {
            // A broken pipe says the same as its end.
        }
        whenOrphaned.run();
    }
}
