package dev.keelson.gateway.loop;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that waits for many connections at once. A request's own thread lends it connections:
 * while a stream is under way nobody sleeps and wakes for each token, which costs more than moving
 * it. {@link #run} belongs to one thread; {@link #execute} may be called from any, everything else
 * on the loop's own.
 */
public final class EventLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static final int TICK_MILLIS = 50;

    /** Is told on the loop's thread what its connection is ready for. Must not wait. */
    @FunctionalInterface
    public interface Handler {
        void ready(SelectionKey key);
    }

    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final List<Runnable> afterwards = new ArrayList<>();
    private volatile Runnable tick = () -> {};
    private long tickedNanos = System.nanoTime();

    private EventLoop(Selector selector) {
        this.selector = selector;
    }

    public static EventLoop open() throws IOException {
        return new EventLoop(Selector.open());
    }

    /** Also does this, about every 50 ms. */
    public void everyTick(Runnable action) {
        tick = action;
    }

    /** Does this soon, on the loop's thread. */
    public void execute(Runnable task) {
        tasks.add(task);
        selector.wakeup();
    }

    /** From now on the handler is told; nobody else may use the connection meanwhile. */
    public SelectionKey take(SocketChannel channel, int operations, Handler handler)
            throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, operations, handler);
    }

    /** Gives connections back to the thread that lent them, then tells it. */
    public void giveBack(Runnable then, SocketChannel... channels) {
        for (SocketChannel channel : channels) {
            SelectionKey key = channel.keyFor(selector);
            if (key != null) {
                key.cancel();
            }
        }
        // Not before the selector has forgotten them: until then they cannot be lent again.
        afterwards.add(() -> {
            for (SocketChannel channel : channels) {
                block(channel);
            }
            then.run();
        });
    }

    private static void block(SocketChannel channel) {
        try {
            channel.configureBlocking(true);
        } catch (IOException e) {
            LOG.debug("closed meanwhile: {}", e.toString());
        }
    }

    @Override
    public void run() {
        while (selector.isOpen()) {
            try {
                step();
            } catch (ClosedSelectorException e) {
                return;
            } catch (IOException e) {
                throw new IllegalStateException("The kernel cannot wait for connections.", e);
            }
        }
    }

    private void step() throws IOException {
        if (tasks.isEmpty()) {
            selector.select(TICK_MILLIS);
        } else {
            selector.selectNow(); // its wake-up was spent on giving back
        }
        Iterator<SelectionKey> ready = selector.selectedKeys().iterator();
        while (ready.hasNext()) {
            SelectionKey key = ready.next();
            ready.remove();
            dispatch(key);
        }
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            guarded(task);
        }
        if (!afterwards.isEmpty()) {
            selector.selectNow();
            List<Runnable> due = List.copyOf(afterwards);
            afterwards.clear();
            due.forEach(EventLoop::guarded);
        }
        long now = System.nanoTime();
        if (now - tickedNanos >= TICK_MILLIS * 1_000_000L) {
            tickedNanos = now;
            guarded(tick);
        }
    }

    private static void dispatch(SelectionKey key) {
        try {
            if (key.isValid()) {
                ((Handler) key.attachment()).ready(key);
            }
        } catch (CancelledKeyException e) {
            LOG.debug("closed by another thread: {}", e.toString());
        } catch (RuntimeException e) {
            LOG.error("a connection failed", e);
        }
    }

    // A defect in one connection must not end all others.
    private static void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.error("a connection failed", e);
        }
    }

    /** Ends {@link #run}. */
    public void close() throws IOException {
        selector.close();
    }
}
