package dev.keelson.runtime.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Makes {@link PrefixKey}s. NOT thread-safe. */
final class PrefixKeys {
    private final MessageDigest sha;
    private byte[] bytes = new byte[32 + 4 * 16];

    PrefixKeys() {
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    /**
     * What stands before the first block.
     *
     * @param salt prefixes are found only by requests with the same; empty for everybody's
     */
    PrefixKey root(String salt) {
        return key(sha.digest(salt.getBytes(StandardCharsets.UTF_8)));
    }

    /** The key of a block with these tokens after {@code before}. */
    PrefixKey next(PrefixKey before, int[] tokens) {
        int length = 32 + 4 * tokens.length;
        if (bytes.length < length) {
            bytes = new byte[length];
        }
        var buffer = ByteBuffer.wrap(bytes);
        buffer.putLong(before.a()).putLong(before.b()).putLong(before.c()).putLong(before.d());
        for (int token : tokens) {
            buffer.putInt(token);
        }
        sha.update(bytes, 0, length);
        return key(sha.digest());
    }

    private static PrefixKey key(byte[] digest) {
        var buffer = ByteBuffer.wrap(digest);
        return new PrefixKey(
                buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
    }
}
