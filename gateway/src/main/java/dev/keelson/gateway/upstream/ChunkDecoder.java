package dev.keelson.gateway.upstream;

import java.net.ProtocolException;

/**
 * Where a body in HTTP's chunked coding stands, byte by byte: nothing is read twice, wherever what
 * arrived ends. NOT thread-safe.
 */
final class ChunkDecoder {
    private static final int MAX_LINE = 16 << 10;
    private static final int MAX_SIZE_DIGITS = 8;

    private enum At {
        SIZE,
        /** What follows the size on its line means nothing here. */
        EXTENSION,
        DATA,
        /** The end of the line after a chunk's bytes. */
        DATA_END,
        TRAILER,
        ENDED
    }

    private At at = At.SIZE;
    private long left;
    private int digits;
    private int line;

    /** Bytes of the body that come next; 0: framing does. */
    long data() {
        return at == At.DATA ? left : 0;
    }

    /** So many bytes of {@link #data} were taken. */
    void taken(int bytes) {
        left -= bytes;
        if (at == At.DATA && left == 0) {
            at = At.DATA_END;
        }
    }

    boolean isEnded() {
        return at == At.ENDED;
    }

    /** Takes a byte of the framing. */
    void next(byte next) throws ProtocolException {
        switch (at) {
            case SIZE -> size(next);
            case EXTENSION -> {
                if (++line > MAX_LINE) {
                    throw new ProtocolException("The engine sent an over-long line.");
                }
                if (next == '\n') {
                    endSize();
                }
            }
            case DATA_END -> {
                if (next == '\n') {
                    at = At.SIZE;
                    digits = 0;
                    left = 0;
                } else if (next != '\r') {
                    throw new ProtocolException("The engine sent a malformed chunk.");
                }
            }
            case TRAILER -> trailer(next);
            case DATA, ENDED -> throw new IllegalStateException("This is no byte of the framing.");
        }
    }

    private void size(byte next) throws ProtocolException {
        int digit = Character.digit(next, 16);
        if (digit >= 0) {
            left = left << 4 | digit;
            if (++digits > MAX_SIZE_DIGITS) {
                throw new ProtocolException("The engine sent an over-long chunk.");
            }
        } else if (digits == 0 || (next != '\r' && next != '\n' && next != ';' && next != ' ')) {
            throw new ProtocolException("The engine sent a chunk without size.");
        } else if (next == '\n') {
            endSize();
        } else {
            at = At.EXTENSION;
            line = 0;
        }
    }

    private void endSize() {
        at = left > 0 ? At.DATA : At.TRAILER;
        line = 0;
    }

    // Trailers carry nothing that is forwarded; an empty line ends them.
    private void trailer(byte next) throws ProtocolException {
        if (next == '\n' && line == 0) {
            at = At.ENDED;
        } else if (next == '\n') {
            line = 0;
        } else if (next != '\r' && ++line > MAX_LINE) {
            throw new ProtocolException("The engine sent an over-long line.");
        }
    }
}
