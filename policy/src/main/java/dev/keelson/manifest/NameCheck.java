package dev.keelson.manifest;

import java.util.regex.Pattern;

/** Names of manifests obey the same rule as names in the fleet. */
final class NameCheck {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private NameCheck() {}

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    static String message(String path, String text) {
        return "%s (%s) must be 1 to 128 letters, digits, '.', '_' or '-', the first a letter or digit"
                .formatted(path, text.length() > 140 ? text.substring(0, 140) + "…" : text);
    }
}
