package dev.keelson.runtime.engine;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** What other threads want of the engine's, in order. Thread-safe. */
final class Inbox {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition quiet = lock.newCondition();
    private final Queue<Runnable> commands = new ArrayDeque<>();
    private boolean closed;

    /**
     * Adds a command.
     *
     * @param also done under the same lock
     * @throws IllegalStateException once closed
     */
    void add(Runnable command, Runnable also) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the engine is closed");
            }
            commands.add(command);
            also.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Adds a command that nobody misses once closed. */
    void offer(Runnable command) {
        lock.lock();
        try {
            if (!closed) {
                commands.add(command);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Runs what has come, on this thread; nothing is added meanwhile. */
    void run(Runnable also) {
        lock.lock();
        try {
            for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
                command.run();
            }
            also.run();
        } finally {
            lock.unlock();
        }
    }

    /** Does something while nothing can be added, then wakes those who wait for quiet. */
    void publish(Runnable view) {
        lock.lock();
        try {
            view.run();
            quiet.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a command comes or {@code busy}; false once closed. */
    boolean await(BooleanSupplier busy) throws InterruptedException {
        lock.lock();
        try {
            while (!closed && commands.isEmpty() && !busy.getAsBoolean()) {
                quiet.signalAll();
                changed.await();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for {@code idle}, or until closed. */
    void awaitQuiet(BooleanSupplier idle) throws InterruptedException {
        lock.lock();
        try {
            while (!closed && !idle.getAsBoolean()) {
                quiet.await();
            }
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            quiet.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
