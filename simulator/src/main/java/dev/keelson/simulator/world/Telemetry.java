package dev.keelson.simulator.world;

import dev.keelson.simulator.trace.Fleet;
import dev.keelson.simulator.trace.Incident;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Measurements on their way to a policy: each arrives after the delay, or never. Mutable.
 *
 * @param <T> what is measured in each interval
 */
final class Telemetry<T> {
    private record Sent<T>(double at, double arrives, T value) {}

    private final double interval;
    private final double delay;
    private final double lossShare;
    private final List<Incident.TelemetryLoss> losses = new ArrayList<>();
    private final SplittableRandom random;
    private final ArrayList<Sent<T>> underWay = new ArrayList<>();
    private double newestAt = Double.NEGATIVE_INFINITY;
    private double next;

    Telemetry(Fleet fleet, long seed) {
        interval = Disturbances.seconds(fleet.telemetry().interval());
        delay = Disturbances.seconds(fleet.telemetry().delay());
        lossShare = fleet.telemetry().lossShare();
        random = new SplittableRandom(seed);
        for (Incident incident : fleet.incidents()) {
            if (incident instanceof Incident.TelemetryLoss loss) {
                losses.add(loss);
            }
        }
    }

    /** Takes a measurement where one is due; gives the newest that arrives now, or null. */
    @Nullable T pass(double now, T measured) {
        if (now + 1e-9 >= next) {
            next = Math.max(next + interval, now);
            send(now, measured);
        }
        Sent<T> newest = null;
        for (Sent<T> sent : underWay) {
            // One that was overtaken by a newer one says nothing any more.
            if (sent.arrives() <= now + 1e-9 && sent.at() > newestAt) {
                newest = sent;
                newestAt = sent.at();
            }
        }
        underWay.removeIf(sent -> sent.arrives() <= now + 1e-9);
        return newest == null ? null : newest.value();
    }

    private void send(double now, T measured) {
        double late = delay;
        double kept = 1 - lossShare;
        for (Incident.TelemetryLoss loss : losses) {
            double at = Disturbances.seconds(loss.at());
            if (at <= now && now < at + Disturbances.seconds(loss.lasts())) {
                late += Disturbances.seconds(loss.delay());
                kept *= 1 - loss.lossShare();
            }
        }
        if (kept == 1 || random.nextDouble() >= 1 - kept) {
            underWay.add(new Sent<>(now, now + late, measured));
        }
    }
}
