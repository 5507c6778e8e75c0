package dev.keelson.simulator.engine.validate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.simulator.engine.profile.GemmTable;
import dev.keelson.simulator.engine.profile.ModelCatalogue;
import dev.keelson.simulator.engine.profile.ProfileFolder;
import dev.keelson.simulator.engine.profile.RunFolder;
import dev.keelson.simulator.engine.steptime.StepConstants;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bars of the published table, on the recorded runs of real engines. */
final class EngineFidelityTest {
    private static final Path DATA = Path.of("..", "datasets", "llmservingsim");
    private static final String MIXTURE = "Qwen3-30B-A3B-Instruct-2507";

    @ParameterizedTest
    @CsvSource({
        "Qwen3-32B, Llama-3.1-8B",
        "Llama-3.1-8B, Qwen3-32B",
    })
    void agreesWithARealDenseEngineOnceFittedOnAnotherRun(String run, String fittedOn)
            throws IOException {
        var errors = load(run).errors(load(fittedOn).fit());

        assertWithin(errors.ttft(), 0.06);
        assertWithin(errors.tpot(), 0.03);
        assertWithin(errors.endToEnd(), 0.03);
    }

    @ParameterizedTest
    @CsvSource({"Llama-3.1-8B", "Qwen3-32B"})
    void agreesWithARealMixtureOfExpertsOnceFittedOnADenseRun(String fittedOn) throws IOException {
        var errors = load(MIXTURE).errors(load(fittedOn).fit());

        assertWithin(errors.ttft(), 0.14);
        assertWithin(errors.tpot(), 0.04);
        assertWithin(errors.endToEnd(), 0.04);
    }

    @Test
    void simulatesARunTwiceAlike() throws IOException {
        var validation = load("Llama-3.1-8B");

        assertThat(validation.simulate(StepConstants.ZERO))
                .isEqualTo(validation.simulate(StepConstants.ZERO));
    }

    @Test
    void predictsOperatorTimesThatItHasNotSeen() throws IOException {
        var errors = new ArrayList<StepTimeStudy.Errors>();
        for (var table :
                GemmTable.readAll(Path.of("..", "datasets", "vidur-profiling", "compute"))) {
            errors.add(StepTimeStudy.evaluate(table, 0));
        }
        var mean = StepTimeStudy.Errors.mean(errors);

        assertThat(mean.interpolation()).isLessThanOrEqualTo(0.025);
        assertThat(mean.interpolation()).isLessThan(mean.linear());
        assertThat(mean.calibratedRoofline()).isLessThan(mean.roofline());
    }

    private static EngineValidation load(String name) throws IOException {
        var run = RunFolder.read(DATA.resolve("bench/examples/RTXPRO6000").resolve(name));
        var tables =
                ProfileFolder.find(DATA.resolve("profiler/perf"), run.hardware(), run.model())
                        .tables(run.parallelism().tensor());
        return EngineValidation.of(
                run, ModelCatalogue.bundled().shapeOf(run.model()), tables, run.interconnect());
    }

    private static void assertWithin(LatencyErrors.Deviation error, double bar) {
        assertThat(error.mean()).as("mean").isBetween(-bar, bar);
        assertThat(error.p99()).as("P99").isBetween(-bar, bar);
    }
}
