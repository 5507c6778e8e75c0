package dev.keelson.runtime.vector;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the parts of one step: the caller and its helpers. Parts are taken one by one,
 * so a thread that loses its processor leaves them to the others, and nobody waits for a helper
 * that did not come. Helpers watch for work for a moment after the last, then sleep. One thread
 * calls.
 */
final class Team implements AutoCloseable {
    /** Does one part; parts of a round run at the same time. */
    @FunctionalInterface
    interface Task {
        /**
         * @param worker 0 for the caller, then the helpers
         */
        void run(int worker, int part);
    }

    private static final long WATCH_NANOS = 100_000;
    private static final int SPINS = 64;

    private final Thread[] helpers;
    private final AtomicLong left = new AtomicLong(); // round in the upper half, parts in the lower
    private final AtomicInteger done = new AtomicInteger();
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;

    // Written before a round is announced in `left`, read after a part of it was taken.
    private Task task = (worker, part) -> {};
    private int parts;
    private long round;

    /**
     * @param threads all of them, the caller too
     */
    Team(int threads) {
        helpers = new Thread[threads - 1];
        for (int i = 0; i < helpers.length; i++) {
            int worker = i + 1;
            helpers[i] =
                    Thread.ofPlatform()
                            .daemon()
                            .name("decode-" + worker)
                            .unstarted(() -> help(worker));
            helpers[i].start();
        }
    }

    int threads() {
        return helpers.length + 1;
    }

    /** Does all parts of a round and returns when they are done. */
    @SuppressWarnings("ThreadPriorityCheck") // only where a helper has lost its processor
    void run(int count, Task what) {
        if (helpers.length == 0 || count == 1) {
            for (int part = 0; part < count; part++) {
                what.run(0, part);
            }
            return;
        }
        task = what;
        parts = count;
        done.set(0);
        left.set(++round << Integer.SIZE | count);
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
        }
        work(0);
        for (int spins = 0; done.get() < count; spins++) {
            if (spins < SPINS * SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
        Throwable thrown = failure;
        if (thrown != null) {
            failure = null;
            throw new IllegalStateException("a helper failed", thrown);
        }
    }

    /** Takes parts while there are any; whether there was one. */
    private boolean work(int worker) {
        boolean any = false;
        for (long now = left.get(); (int) now > 0; now = left.get()) {
            if (left.compareAndSet(now, now - 1)) {
                any = true;
                try {
                    task.run(worker, parts - (int) now);
                } catch (RuntimeException | Error e) {
                    failure = e;
                } finally {
                    done.incrementAndGet();
                }
            }
        }
        return any;
    }

    private void help(int worker) {
        long idleSince = System.nanoTime();
        while (!closed) {
            if (work(worker)) {
                idleSince = System.nanoTime();
            }
            for (int i = 0; i < SPINS && (int) left.get() == 0; i++) {
                Thread.onSpinWait();
            }
            if ((int) left.get() == 0 && System.nanoTime() - idleSince > WATCH_NANOS) {
                LockSupport.park(this);
                idleSince = System.nanoTime();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
        }
    }
}
