package dev.keelson.core.tenant;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Someone who sends requests, known by keys.
 *
 * @param keyHashes hexadecimal SHA-256 of each of its keys; the keys themselves are known nowhere
 * @param weight its share of what waits, against the weights of others
 */
public record Tenant(String name, SortedSet<String> keyHashes, double weight, TenantLimits limits) {
    public Tenant {
        keyHashes = Collections.unmodifiableSortedSet(new TreeSet<>(keyHashes));
        if (!(weight > 0)) {
            throw new IllegalArgumentException(
                    "The weight (%s) must be above 0.".formatted(weight));
        }
    }
}
