package dev.keelson.streams.job;

import dev.keelson.streams.function.EventTime;
import dev.keelson.streams.function.RequestEvent;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;

/**
 * A partition's event time: the newest that its broker's clock makes believable. A marker moves it
 * at once, so that a second closes as soon as its marker is read.
 */
final class BelievedWatermarks implements WatermarkGenerator<RequestEvent> {
    private static final long STEP_MS = 100;

    private long newestMs = Long.MIN_VALUE;
    private long emittedMs = Long.MIN_VALUE;

    /**
     * A partition without records, its markers included, for 10 s holds the others up no longer.
     */
    static WatermarkStrategy<RequestEvent> strategy() {
        return WatermarkStrategy.<RequestEvent>forGenerator(context -> new BelievedWatermarks())
                .withTimestampAssigner((event, time) -> event.windowTimeMs())
                .withIdleness(Duration.ofSeconds(10));
    }

    @Override
    public void onEvent(RequestEvent event, long timestamp, WatermarkOutput output) {
        if (event.kind() == RequestEvent.Kind.UNDECODABLE
                || event.eventTimeMs() <= newestMs
                || !EventTime.isBelievable(event.eventTimeMs(), event.brokerTimeMs())) {
            return;
        }
        newestMs = event.eventTimeMs();
        if (event.kind() == RequestEvent.Kind.MARKER || newestMs >= emittedMs + STEP_MS) {
            emit(output);
        }
    }

    private void emit(WatermarkOutput output) {
        emittedMs = newestMs - EventTime.SLACK_MS - 1;
        output.emitWatermark(new Watermark(emittedMs));
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        if (newestMs != Long.MIN_VALUE) {
            emit(output);
        }
    }
}
