package dev.keelson.controlplane.security;

import java.util.Locale;
import java.util.Optional;

/** What a caller may do; each role may also do what the ones before it may. */
public enum Role {
    VIEWER,
    OPERATOR,
    POLICY_AUTHOR,
    ADMIN;

    public boolean covers(Role needed) {
        return compareTo(needed) >= 0;
    }

    /** As in commands and JSON: lower case, with a hyphen. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<Role> parse(String text) {
        for (var role : values()) {
            if (role.text().equals(text)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }
}
