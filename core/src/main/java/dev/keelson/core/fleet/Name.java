package dev.keelson.core.fleet;

import java.util.regex.Pattern;

/** The names of what a fleet is made of. */
final class Name {
    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private Name() {}

    static void check(String what, String value) {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "The %s name (%s) must be 1 to 128 letters, digits, '.', '_' or '-'."
                            .formatted(what, value));
        }
    }
}
