package dev.keelson.simulator.world;

import dev.keelson.simulator.trace.Fleet;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Measurements on their way to a policy: each arrives after the delay, or never. Mutable.
 *
 * @param <T> what is measured in each interval
 */
final class Telemetry<T> {
    private record Sent<T>(double at, T value) {}

    private final double interval;
    private final double delay;
    private final double lossShare;
    private final SplittableRandom random;
    private final ArrayDeque<Sent<T>> underWay = new ArrayDeque<>();

    private double next;

    Telemetry(Fleet.Telemetry quality, long seed) {
        interval = quality.interval().toNanos() / 1e9;
        delay = quality.delay().toNanos() / 1e9;
        lossShare = quality.lossShare();
        random = new SplittableRandom(seed);
    }

    /** Takes a measurement where one is due; gives the newest that arrives now, or null. */
    @Nullable T pass(double now, T measured) {
        if (now + 1e-9 >= next) {
            next = Math.max(next + interval, now);
            if (lossShare == 0 || random.nextDouble() >= lossShare) {
                underWay.add(new Sent<>(now, measured));
            }
        }
        T newest = null;
        while (!underWay.isEmpty() && underWay.getFirst().at() + delay <= now + 1e-9) {
            newest = underWay.removeFirst().value();
        }
        return newest;
    }
}
