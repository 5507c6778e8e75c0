package dev.keelson.simulator.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** What AIBrix 0.8.0's optimizer found with its solver; several optima may share a price. */
class MelangeVectorsTest {
    /** Load of a slice that a type cannot serve within the SLO. */
    private static final double IMPOSSIBLE = 1e6;

    @Test
    void findsThePriceOfTheOriginal() {
        var score = new Vectors.Score();
        var cases = Vectors.read("aibrix-melange");
        for (int i = 0; i < cases.size(); i++) {
            var in = cases.get(i).get("in");
            int slices = in.get("sliceFactor").asInt();
            var rates = new ArrayList<Double>();
            for (JsonNode row : in.get("workloadDistribution")) {
                row.forEach(share ->
                        rates.add(
                                share.asDouble() * in.get("totalRequestRate").asDouble() / slices));
            }
            var gpus = new ArrayList<Melange.Gpu>();
            for (JsonNode gpu : in.get("gpus")) {
                var loads = new ArrayList<Double>();
                for (JsonNode row : gpu.get("tputs")) {
                    for (JsonNode throughput : row) {
                        double one =
                                throughput.asDouble() > 0 ? 1 / throughput.asDouble() : IMPOSSIBLE;
                        loads.add(one * rates.get(loads.size()));
                    }
                }
                gpus.add(new Melange.Gpu(gpu.get("cost").asDouble(), loads));
            }
            score.compareClose(
                    Melange.cost(gpus, Melange.allocate(gpus, slices)),
                    cases.get(i).get("out").get("cost").asDouble(),
                    1e-4,
                    "case " + i);
        }
        assertThat(score.compared()).isEqualTo(40);
        assertThat(score.differences()).isEmpty();
    }
}
