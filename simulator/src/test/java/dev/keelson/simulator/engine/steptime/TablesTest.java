package dev.keelson.simulator.engine.steptime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.simulator.engine.StepTimeModel.Source;
import dev.keelson.simulator.engine.StepWork;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class TablesTest {
    private static final ModelShape SMALL =
            new ModelShape("small", 2, 64, 4, 2, 16, 128, 1000, 0, 0);

    @Test
    void curveIsLinearBetweenItsPointsAndBeyondTheLast() {
        var curve = Curve.through(new TreeMap<>(Map.of(10, 100.0, 20, 200.0, 40, 220.0)));

        assertThat(curve.at(5)).isEqualTo(100);
        assertThat(curve.at(15)).isEqualTo(150);
        assertThat(curve.at(30)).isEqualTo(210);
        assertThat(curve.at(60)).isEqualTo(240);
    }

    @Test
    void curveNeverFallsBelowZero() {
        assertThat(Curve.through(new TreeMap<>(Map.of(1, 10.0, 2, 1.0))).at(50)).isZero();
    }

    @Test
    void gridIsLinearInBothDirections() {
        var grid =
                Grid.of(
                        new TreeMap<>(
                                Map.of(
                                        0,
                                        new TreeMap<>(Map.of(0, 0.0, 10, 10.0)),
                                        10,
                                        new TreeMap<>(Map.of(0, 100.0, 10, 110.0)))));

        assertThat(grid.at(5, 5)).isEqualTo(55);
        assertThat(grid.at(20, 0)).isEqualTo(200);
    }

    @Test
    void attentionIsLinearInAllFourAxes() {
        var builder = new AttentionTable.Builder();
        for (int chunk : new int[] {0, 16, 64, 256}) {
            for (int sequences : new int[] {0, 1, 8, 64}) {
                for (int history : chunk == 0 ? new int[] {0} : new int[] {0, 64, 512}) {
                    for (int context : sequences == 0 ? new int[] {0} : new int[] {16, 256, 4096}) {
                        if (chunk > 0 || sequences > 0) {
                            builder.add(
                                    chunk,
                                    history,
                                    sequences,
                                    context,
                                    chunk + history + sequences + context / 16.0);
                        }
                    }
                }
            }
        }
        var table = builder.build();

        assertThat(table.micros(100, 200, 20, 1600)).isCloseTo(420, within(1e-9));
        assertThat(table.micros(0, 0, 20, 1600)).isCloseTo(120, within(1e-9));
        assertThat(table.micros(100, 200, 0, 0)).isCloseTo(300, within(1e-9));
        assertThat(table.micros(0, 0, 0, 0)).isZero();
    }

    @Test
    void sumsOperatorsOverLayersAndAddsCollectivesAndTheConstant() {
        var flat = new TreeMap<String, Curve>();
        for (var name : List.of("embedding", "layernorm", "qkv_proj", "final_layernorm")) {
            flat.put(name, Curve.through(new TreeMap<>(Map.of(1, 10.0))));
        }
        var perSequence =
                new TreeMap<>(Map.of("lm_head", Curve.through(new TreeMap<>(Map.of(1, 5.0)))));
        var attention = new AttentionTable.Builder();
        attention.add(0, 0, 1, 16, 7);
        var tables =
                new OperatorTables(
                        flat, perSequence, attention.build(), SkewTable.NONE, Optional.empty());
        var work = List.of(StepWork.decode(1, 16));

        var alone =
                new MeasuredStepTime(
                        SMALL,
                        Parallelism.NONE,
                        tables,
                        new Interconnect(3, 0, 128),
                        StepConstants.ZERO);
        var two =
                new MeasuredStepTime(
                        SMALL,
                        new Parallelism(2, 1, 1),
                        tables,
                        new Interconnect(3, 0, 128),
                        new StepConstants(50, 0));

        assertThat(alone.source()).isEqualTo(Source.MEASURED_TABLES);
        assertThat(alone.stepMicros(work)).isCloseTo(2 * (20 + 10 + 7) + 20 + 5, within(1e-9));
        assertThat(two.stepMicros(work) - alone.stepMicros(work))
                .isCloseTo(50 + 5 * 2 * (3 + 64 / 128.0), within(1e-9));
    }

    @Test
    void skewTakesTheMeasuredShareAndElseTheFallback() {
        var axis = new SkewTable.Axis(List.of(10.0, 100.0), List.of("few", "many"));
        var kind = new SkewTable.Kind(0, "few", "few", "many", "few");
        var skew =
                new SkewTable(new SkewTable.Axes(axis, axis, axis, axis), Map.of(kind, 0.5), 0.1);

        assertThat(skew.alpha(3, 4, 1, 50, 0)).isEqualTo(0.5);
        assertThat(skew.alpha(3, 40, 1, 50, 0)).isEqualTo(0.1);
    }

    @Test
    void choosesTheBestEvidenceThereIs() {
        var roofline =
                new RooflineStepTime(
                        SMALL,
                        Parallelism.NONE,
                        RooflineStepTime.Peak.H100,
                        RooflineStepTime.Efficiency.TYPICAL,
                        new Interconnect(3, 0, 128));
        var samples = new ArrayList<LinearStepTime.Sample>();
        for (int n = 1; n <= 40; n++) {
            samples.add(new LinearStepTime.Sample(StepWork.decode(n, 100 + n), 1_000 + 10 * n));
        }

        assertThat(StepTimeChoice.best(Optional.empty(), List.of(), roofline).source())
                .isEqualTo(Source.ROOFLINE);
        var regression = StepTimeChoice.best(Optional.empty(), samples, roofline);
        assertThat(regression.source()).isEqualTo(Source.REGRESSION);
        assertThat(regression.stepMicros(List.of(StepWork.decode(20, 120))))
                .isCloseTo(1_200, within(1.0));
    }

    @Test
    void rooflineGrowsWithTheWork() {
        var roofline =
                new RooflineStepTime(
                        SMALL,
                        Parallelism.NONE,
                        RooflineStepTime.Peak.A100,
                        RooflineStepTime.Efficiency.PEAK,
                        new Interconnect(3, 0, 128));
        double last = 0;
        for (int tokens = 1; tokens < 100_000; tokens *= 3) {
            double micros = roofline.stepMicros(List.of(StepWork.prefill(tokens, 0)));
            assertThat(micros).isGreaterThanOrEqualTo(last);
            last = micros;
        }
    }
}
