package dev.keelson.gateway.http;

/** Numbers in heads of HTTP messages. */
public final class Digits {
    private static final int MOST = 18; // what a long always holds

    private Digits() {}

    /** Is it a number of 1 to 18 decimal digits, and nothing else? */
    public static boolean isLong(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= MOST;
    }
}
