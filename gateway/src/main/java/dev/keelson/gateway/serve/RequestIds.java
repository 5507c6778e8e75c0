package dev.keelson.gateway.serve;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Names of requests, unique over the fleet's life: 80 random bits per start of a gateway, then a
 * count.
 */
public final class RequestIds {
    private final String prefix;
    private final AtomicLong count = new AtomicLong();

    public RequestIds() {
        byte[] random = new byte[10];
        new SecureRandom().nextBytes(random);
        prefix = "req-" + HexFormat.of().formatHex(random) + "-";
    }

    String next() {
        return prefix + Long.toString(count.incrementAndGet(), 36);
    }
}
