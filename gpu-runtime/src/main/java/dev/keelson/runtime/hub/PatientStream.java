package dev.keelson.runtime.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * A stream that fails when nothing comes for a while: the JDK's client bounds the wait for an
 * answer's head, not for its body.
 */
final class PatientStream extends FilterInputStream {
    private final Duration patience;
    private final Thread watch;
    private volatile boolean moved = true;

    PatientStream(InputStream body, Duration patience) {
        super(body);
        this.patience = patience;
        watch = Thread.ofVirtual().name("download-watch").start(this::watch);
    }

    private void watch() {
        try {
            while (moved) {
                moved = false;
                Thread.sleep(patience);
            }
            in.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // The reader hears of it.
        }
    }

    @Override
    public int read() throws IOException {
        int value = in.read();
        moved = true;
        return value;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = in.read(bytes, offset, length);
        moved = true;
        return count;
    }

    @Override
    public void close() throws IOException {
        watch.interrupt();
        in.close();
    }
}
