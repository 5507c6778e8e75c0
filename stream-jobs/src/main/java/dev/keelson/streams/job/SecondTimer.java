package dev.keelson.streams.job;

import java.io.IOException;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.streaming.api.TimerService;

/** One event-time timer per key, at the end of each second that the watermark passes. */
final class SecondTimer {
    private static final long NEVER = Long.MIN_VALUE;

    private final ValueState<Long> armed;

    SecondTimer(ValueState<Long> armed) {
        this.armed = armed;
    }

    /** Arms the key's timer unless it is. */
    void arm(TimerService timers, long eventTimeMs) throws IOException {
        if (armed.value() == null) {
            var watermark = timers.currentWatermark();
            set(timers, watermark == NEVER ? eventTimeMs : watermark + 1);
        }
    }

    boolean isArmedFor(long timestamp) throws IOException {
        var value = armed.value();
        return value != null && value == timestamp;
    }

    void armAgain(TimerService timers) throws IOException {
        set(timers, timers.currentWatermark() + 1);
    }

    void disarm() {
        armed.clear();
    }

    /** A window that ends at E closes when the watermark reaches E - 1. */
    private void set(TimerService timers, long fromMs) throws IOException {
        var next = Math.floorDiv(fromMs, 1_000L) * 1_000 + 999;
        armed.update(next);
        timers.registerEventTimeTimer(next);
    }
}
