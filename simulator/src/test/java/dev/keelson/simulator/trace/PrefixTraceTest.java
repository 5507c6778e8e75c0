package dev.keelson.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrefixTraceTest {
    private static final String GOOD =
            "{\"timestamp\": 1500, \"input_length\": 600, \"output_length\": 5, \"hash_ids\": [0, 7]}";

    @TempDir private Path folder;

    @Test
    void readsPlainAndZippedFilesAlike() throws IOException {
        var plain = file(GOOD + "\n");
        var zipped = folder.resolve("trace.jsonl.gz");
        try (var out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            out.write(Files.readAllBytes(plain));
        }

        assertThat(PrefixTrace.read(plain, 512))
                .isEqualTo(PrefixTrace.read(zipped, 512))
                .containsExactly(new PrefixRequest(1.5, 600, 5, List.of(0L, 7L)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "not json | no valid JSON object",
                "[1] | no JSON object",
                "`` | no JSON object",
                "{\"timestamp\":2000,\"input_length\":600,\"output_length\":5} | hash_ids must be a list",
                "{\"input_length\":600,\"output_length\":5,\"hash_ids\":[0,7]} | timestamp is missing",
                "{\"timestamp\":1.5,\"input_length\":600,\"output_length\":5,\"hash_ids\":[0,7]} | timestamp (1.5) must be a whole number",
                "{\"timestamp\":1700000000000,\"input_length\":600,\"output_length\":5,\"hash_ids\":[0,7]} | timestamp (1700000000000) must be",
                "{\"timestamp\":1499,\"input_length\":600,\"output_length\":5,\"hash_ids\":[0,7]} | timestamp goes back",
                "{\"timestamp\":2000,\"input_length\":0,\"output_length\":5,\"hash_ids\":[]} | input_length (0) must be",
                "{\"timestamp\":2000,\"input_length\":600,\"output_length\":-1,\"hash_ids\":[0,7]} | output_length (-1) must be",
                "{\"timestamp\":2000,\"input_length\":600,\"output_length\":5,\"hash_ids\":[0]} | hash_ids has 1 entries; expected 2, one for each 512 tokens",
                "{\"timestamp\":2000,\"input_length\":600,\"output_length\":5,\"hash_ids\":[0,\"x\"]} | must hold whole numbers",
                "{\"timestamp\":2000,\"timestamp\":1,\"input_length\":600,\"output_length\":5,\"hash_ids\":[0,7]} | no valid JSON object",
                "{\"timestamp\":2000,\"input_length\":600,\"output_length\":5,\"hash_ids\":[0,7]} {} | no valid JSON object"
            })
    void namesFileLineAndWhatWasExpected(String line, String problem) throws IOException {
        var file = file(GOOD + "\n" + line + "\n");

        assertThatThrownBy(() -> PrefixTrace.read(file, 512))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ":2: ")
                .hasMessageContaining(problem);
    }

    @Test
    void refusesAnEmptyAndAnAbsentFile() throws IOException {
        var empty = file("");

        assertThatThrownBy(() -> PrefixTrace.read(empty, 512))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(empty + ":1: the file is empty");
        assertThatThrownBy(() -> PrefixTrace.read(folder.resolve("absent"), 512))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("absent: cannot be read");
    }

    @Test
    void refusesAFileThatIsNoTextOrBrokenOff() throws IOException {
        var file = folder.resolve("broken.gz");
        Files.write(file, new byte[] {0x1f, (byte) 0x8b, 8, 0, 1});

        assertThatThrownBy(() -> PrefixTrace.read(file, 512)).isInstanceOf(InputException.class);
    }

    @Test
    void spreadsArrivalsWithinTheirStepAndKeepsThemInOrder() throws IOException {
        var trace = PrefixTrace.read(file((GOOD + "\n").repeat(50)), 512);

        var spread = PrefixTrace.spread(trace, 3, new SplittableRandom(1));

        assertThat(spread)
                .hasSize(50)
                .allMatch(r -> r.arrivalSeconds() >= 1.5 && r.arrivalSeconds() < 4.5)
                .isSortedAccordingTo(
                        (a, b) -> Double.compare(a.arrivalSeconds(), b.arrivalSeconds()));
        assertThat(PrefixTrace.spread(trace, 3, new SplittableRandom(1))).isEqualTo(spread);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("trace.jsonl"), text);
    }
}
