package dev.keelson.simulator.engine.profile;

import dev.keelson.simulator.engine.StepWork;
import dev.keelson.simulator.engine.steptime.LinearStepTime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads measured steps of an engine: {@code
 * prefill_tokens,prefill_pairs,decodes,context_tokens,sequences,time_us}, the pairs being the sum
 * over chunks of chunk x (history + chunk / 2), the context that of all decodes together.
 */
public final class StepFile {
    private static final int FEWEST = 30;

    private StepFile() {}

    /** The linear model with the smallest squared relative errors on the file's steps. */
    public static LinearStepTime fit(Path file) throws IOException {
        var samples = read(file);
        if (samples.size() < FEWEST) {
            throw new MalformedInputException(
                    file,
                    0,
                    "it holds %d steps".formatted(samples.size()),
                    "at least %d measured steps".formatted(FEWEST));
        }
        return LinearStepTime.fit(samples);
    }

    private static List<LinearStepTime.Sample> read(Path file) throws IOException {
        var samples = new ArrayList<LinearStepTime.Sample>();
        var columns =
                List.of(
                        "prefill_tokens",
                        "prefill_pairs",
                        "decodes",
                        "context_tokens",
                        "sequences",
                        "time_us");
        for (var row : CsvTable.read(CsvTable.plainOrCompressed(file), columns).rows()) {
            int decodes = row.whole("decodes", 0);
            int context = row.whole("context_tokens", 0);
            int mean = decodes == 0 ? 0 : context / decodes;
            var work =
                    new StepWork(
                            row.whole("prefill_tokens", 0),
                            row.number("prefill_pairs", 0),
                            decodes,
                            decodes,
                            context,
                            mean,
                            mean,
                            row.whole("sequences", 1));
            double micros = row.number("time_us", 0);
            if (!(micros > 0)) {
                throw row.bad("time_us", Double.toString(micros), "microseconds above 0");
            }
            samples.add(new LinearStepTime.Sample(work, micros));
        }
        return samples;
    }
}
