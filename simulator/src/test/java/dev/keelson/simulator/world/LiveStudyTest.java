package dev.keelson.simulator.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.simulator.report.LiveReport;
import dev.keelson.simulator.trace.LiveRecording;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiveStudyTest {
    private static final Path RECORDED = Path.of("..", "datasets", "live-paced");
    private static final Path FLEET = RECORDED.resolve("fleet.yaml");

    @TempDir Path folder;

    @Test
    void aBurstScalesOutAndItsEndScalesIn() throws IOException {
        var live = burst();

        var simulated = LiveStudy.play(live, 1);

        assertThat(simulated.actions()).hasSize(2);
        assertThat(simulated.actions().getFirst().from()).isEqualTo(1);
        assertThat(simulated.actions().getFirst().seconds()).isBetween(60.0, 75.0);
        assertThat(simulated.actions().getLast().to()).isEqualTo(1);
        assertThat(simulated.ready()).hasSize(301).startsWith(1).endsWith(1).contains(3);
        assertThat(LiveStudy.play(live, 1)).isEqualTo(simulated);
    }

    @Test
    void theReportComparesSecondBySecond() throws IOException {
        var live = burst();
        var run = LiveStudy.play(live, 1);
        // The live fleet of the recording held one replica throughout and served half in time.
        var same =
                new LiveReport(
                        live,
                        new LiveStudy.Simulated(
                                run.run(), List.of(1, 1, 3, 3), List.of(run.actions().getFirst())),
                        1);

        assertThat(same.readyDifference()).isEqualTo(1.0);
        assertThat(same.actionsDifference()).isEqualTo(-0.5);
        assertThat(live.sloAttainment()).isEqualTo(0.5);
        assertThat(same.attainmentDifferencePoints())
                .isEqualTo(100 * (run.run().sloAttainment() - 0.5));
        assertThat(same.toJson().at("/live/scaleActions")).hasSize(2);
        assertThat(same.toLines()).anyMatch(line -> line.contains("| scale actions | 2 | 1 |"));
    }

    @Test
    void theRecordedHourIsPlayedWithinItsBars() {
        var live = LiveRecording.read(RECORDED, null);

        var report = new LiveReport(live, LiveStudy.play(live, 0), 0);

        assertThat(live.seconds()).isGreaterThan(3_600);
        assertThat(report.readyDifference()).isLessThanOrEqualTo(0.5);
        assertThat(Math.abs(report.attainmentDifferencePoints())).isLessThanOrEqualTo(5);
        assertThat(Math.abs(report.actionsDifference())).isLessThanOrEqualTo(0.25);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replicas.csv | time,wanted,ready;0,1,1;9,one,1 | replicas.csv:3: wanted (one)",
                "replicas.csv | time,ready;0,1 | replicas.csv:1: unknown header",
                "actions.csv | time,from,to;5,1,2;4,2,1 | actions.csv:3: time goes back",
                "policy.txt | hpa | policy.txt:1: expected reactive",
                "replicas.csv | time,wanted,ready;0,1,1;60,1,1 | lies behind the last line",
            })
    void aBadLineIsNamed(String file, String text, String problem) throws IOException {
        burst();
        Files.writeString(folder.resolve(file), text.replace(';', '\n') + "\n");

        assertThatThrownBy(() -> LiveRecording.read(folder, FLEET)).hasMessageContaining(problem);
    }

    /** Five minutes: a request a second, but eight a second from 60 s to 120 s. */
    private LiveRecording burst() throws IOException {
        var requests =
                new StringBuilder("time,prompt_tokens,output_tokens,ttft_ms,tpot_ms,error\n");
        int number = 0;
        for (double at = 0; at < 299; at += at >= 60 && at < 120 ? 0.125 : 1) {
            requests.append(
                    "%s,100,60,%s,20.5,\n".formatted(at, number++ % 2 == 0 ? "30.0" : "3000.0"));
        }
        if (number % 2 != 0) {
            requests.append("299,100,60,3000.0,20.5,\n");
        }
        Files.write(folder.resolve("requests.csv.gz"), gzip(requests.toString()));
        Files.writeString(folder.resolve("replicas.csv"), "time,wanted,ready\n0,1,1\n300,1,1\n");
        Files.writeString(folder.resolve("actions.csv"), "time,from,to\n61,1,3\n190,3,1\n");
        Files.writeString(
                folder.resolve("policy.txt"), "reactive:target=0.6:inStarts=0:slowdown=1\n");
        return LiveRecording.read(folder, FLEET);
    }

    private static byte[] gzip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(bytes)) {
            zip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
