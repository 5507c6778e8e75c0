package dev.keelson.launcher.fleet;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Collection;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Chooses ports on loopback. They lie below the kernel's range for outgoing connections, so that a
 * port stays free while the process that listens there is being restarted.
 */
public final class Ports {
    private static final int FIRST = 20_000;
    private static final int LAST = 32_000;
    private static final int TRIES = 2_000;

    private Ports() {}

    /** The kept port of each name when it is still free, another free one otherwise. */
    public static SequencedMap<String, Integer> choose(
            Collection<String> names, SequencedMap<String, Integer> kept, RandomGenerator chance) {
        var chosen = new TreeMap<String, Integer>();
        for (String name : names) {
            Integer before = kept.get(name);
            boolean keep = before != null && !chosen.containsValue(before) && isFree(before);
            chosen.put(name, keep && before != null ? before : free(chosen, kept, chance));
        }
        return chosen;
    }

    /** True when a server could listen on that port of 127.0.0.1 now. */
    public static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int free(
            SequencedMap<String, Integer> taken,
            SequencedMap<String, Integer> kept,
            RandomGenerator chance) {
        for (int i = 0; i < TRIES; i++) {
            int port = chance.nextInt(FIRST, LAST);
            if (!taken.containsValue(port) && !kept.containsValue(port) && isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException(
                "No port between %d and %d is free.".formatted(FIRST, LAST));
    }
}
