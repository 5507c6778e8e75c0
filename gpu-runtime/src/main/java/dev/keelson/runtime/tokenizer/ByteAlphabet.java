package dev.keelson.runtime.tokenizer;

/**
 * The printable character that stands for each byte in a byte-level vocabulary, as GPT-2 chose it:
 * bytes that print stand for themselves, the others for characters from U+0100 on.
 */
final class ByteAlphabet {
    private static final char[] CHARACTER = new char[256];
    private static final int[] BYTE = new int[0x180];

    static {
        java.util.Arrays.fill(BYTE, -1);
        int next = 0x100;
        for (int b = 0; b < 256; b++) {
            boolean prints = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            CHARACTER[b] = (char) (prints ? b : next++);
            BYTE[CHARACTER[b]] = b;
        }
    }

    private ByteAlphabet() {}

    /** The character of a byte (0 to 255). */
    static char character(int value) {
        return CHARACTER[value];
    }

    /** The word in the vocabulary's alphabet for raw bytes. */
    static String word(byte[] bytes) {
        var word = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            word.append(CHARACTER[b & 0xFF]);
        }
        return word.toString();
    }

    /** The raw bytes of a word in the vocabulary's alphabet. */
    static byte[] bytes(String word) {
        byte[] bytes = new byte[word.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = word.charAt(i);
            int value = c < BYTE.length ? BYTE[c] : -1;
            if (value < 0) {
                throw new IllegalArgumentException(
                        "not a byte-level word: U+" + Integer.toHexString(c));
            }
            bytes[i] = (byte) value;
        }
        return bytes;
    }
}
