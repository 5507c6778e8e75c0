package dev.keelson.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.simulator.baseline.PolicyChoice;
import dev.keelson.simulator.trace.DemandHistory;
import dev.keelson.simulator.trace.FleetFile;
import dev.keelson.simulator.trace.Trace;
import dev.keelson.simulator.trace.TraceRequest;
import dev.keelson.simulator.world.FleetStudy;
import dev.keelson.simulator.world.RunResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The production planner on forecasts of the simulated fleet's own telemetry. */
final class StudyForecastingTest {
    private static final int SECONDS = 1_800;

    private static List<RunResult> played() {
        var random = new SplittableRandom(5);
        var requests = new ArrayList<TraceRequest>();
        for (double t = 0; t < SECONDS; ) {
            double rate = 14 + 8 * Math.sin(2 * Math.PI * t / 900);
            t -= Math.log(1 - random.nextDouble()) / rate;
            requests.add(
                    new TraceRequest(t, 500 + random.nextInt(1_000), 100 + random.nextInt(200)));
        }
        var fleet = FleetFile.read(Path.of("..", "datasets", "fleets", "a100.yaml"));
        var trace = new Trace("waves", requests, SECONDS + 1);
        var choices = List.of("forecast:price=2", "forecast:price=50", "oracle:headroom=1");
        return new FleetStudy(fleet, trace, 1, new StudyForecasting(DemandHistory.NONE))
                .run(choices.stream().map(PolicyChoice::parse).toList(), 1, row -> {});
    }

    @Test
    void onePriceTradesGpuHoursAgainstMisses() {
        var rows = played();
        assertThat(rows.get(0).gpuHours()).isLessThan(rows.get(1).gpuHours());
        assertThat(rows.get(0).sloAttainment()).isLessThanOrEqualTo(rows.get(1).sloAttainment());
        assertThat(rows.get(1).parameters()).containsEntry("missPrice", "50.0");
    }

    @Test
    void theSameTraceIsPlayedTheSameWay() {
        assertThat(played()).isEqualTo(played());
    }
}
