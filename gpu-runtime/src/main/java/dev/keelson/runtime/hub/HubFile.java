package dev.keelson.runtime.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A file of a model on a hub.
 *
 * @param size in bytes
 * @param digest lower-case hexadecimal: SHA-256 of the bytes of a large file, Git's object name
 *     (SHA-1 of {@code blob SIZE}, a zero byte and the bytes) of one that lies in Git itself
 */
record HubFile(String name, long size, String digest) {
    private static final int SHA_256_DIGITS = 64;

    /** A digest to be fed with the file's bytes. */
    MessageDigest newDigest() {
        try {
            if (digest.length() == SHA_256_DIGITS) {
                return MessageDigest.getInstance("SHA-256");
            }
            MessageDigest git = MessageDigest.getInstance("SHA-1");
            git.update(("blob " + size + '\0').getBytes(StandardCharsets.US_ASCII));
            return git;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1 and SHA-256", e);
        }
    }
}
