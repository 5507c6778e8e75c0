package dev.keelson.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.simulator.trace.TraceRequest.Label;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceFileTest {
    private static final TraceChoice WHOLE = TraceChoice.whole(0);

    @TempDir Path folder;

    @Test
    void readsAnAzureTraceFromItsFirstRequest() throws IOException {
        var trace =
                read(
                        """
                        TIMESTAMP,ContextTokens,GeneratedTokens
                        2023-11-16 18:15:46.6805900,374,44
                        2023-11-16 18:15:50.9315900,396,109
                        """);

        assertThat(trace)
                .containsExactly(new TraceRequest(0, 374, 44), new TraceRequest(4.251, 396, 109));
    }

    @Test
    void readsRequestsInEpochSeconds() throws IOException {
        var trace = read("time,prompt_tokens,output_tokens\n100.5,7,1\n101,8,2\n");

        assertThat(trace).containsExactly(new TraceRequest(0, 7, 1), new TraceRequest(0.5, 8, 2));
    }

    @Test
    void readsPrefixesOfFullBlocksAndGivesEachCopyItsOwn() throws IOException {
        var file =
                Files.writeString(
                        folder.resolve("trace.jsonl"),
                        """
                        {"timestamp": 0, "input_length": 1100, "output_length": 0, "hash_ids": [1, 2, 3]}
                        {"timestamp": 2500, "input_length": 1024, "output_length": 9, "hash_ids": [1, 2]}
                        """);

        var trace = TraceFile.read(file, WHOLE);
        var twice = TraceFile.read(file, new TraceChoice(2, 1, null, 0, 0, null, 1));

        assertThat(trace.prefixBlockTokens()).isEqualTo(512);
        assertThat(trace)
                .containsExactly(
                        new TraceRequest(0, 1100, 1, Label.NONE, List.of(1L, 2L)),
                        new TraceRequest(2.5, 1024, 9, Label.NONE, List.of(1L, 2L)));
        assertThat(twice.stream().map(TraceRequest::prefixHashes)).hasSize(4);
        assertThat(twice.stream().map(TraceRequest::prefixHashes).distinct()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''                                                  | :1: the file is empty
                    'a,b'                                               | :1: unknown header (a,b)
                    'a,b;1,2'                                           | :1: unknown header (a,b)
                    'time,prompt_tokens,output_tokens'                  | :1: expected at least one line
                    'time,prompt_tokens,output_tokens;1,2'              | :2: expected 3 cells
                    'time,prompt_tokens,output_tokens;1,0,5'            | :2: prompt_tokens (0) must be a whole number from 1
                    'time,prompt_tokens,output_tokens;1,5,1.5'          | :2: output_tokens (1.5) must be a whole number
                    'time,prompt_tokens,output_tokens;1,5,99999999'     | :2: output_tokens (99999999) must be
                    'time,prompt_tokens,output_tokens;2,5,5;1,5,5'      | :3: time goes back
                    'time,prompt_tokens,output_tokens;yesterday,5,5'    | :2: time (yesterday) must be ISO-8601 or epoch
                    'time,prompt_tokens,output_tokens;1,5,5;2023-11-16 18:15:46,5,5' | :3: time (2023-11-16 18:15:46) must be
                    'day,hour,conversation,api,all;0,0,1,1,2;0,2,1,1,2' | :3: irregular step
                    'minute,tokens_per_s;5,1;3,1'                       | :3: minute goes back
                    'minute,tokens_per_s'                               | :1: expected at least one line
                    'minute,tokens_per_s;5,1e12'                        | :2: tokens_per_s (1e12) must be a number from 0 to
                    'minute,tokens_per_s;5,-1'                          | :2: tokens_per_s (-1) must be a number from 0
                    'minute,tokens_per_s;5,NaN'                         | :2: tokens_per_s (NaN) must be a number from 0
                    'time,prompt_tokens,output_tokens;1700000000000,5,5' | :2: time (1700000000000) is in a wrong unit; expected seconds
                    'time,prompt_tokens,output_tokens,tenant,adapter,priority;1,5,5,a,,-1' | :2: priority (-1) must be a whole number from 0
                    """)
    void aBadFileIsNamedWithItsLineAndWhatWasExpected(String text, String expected)
            throws IOException {
        assertThatThrownBy(() -> read(text.replace(';', '\n')))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("trace.csv" + expected);
    }

    @Test
    void readsTenantAdapterAndPriority() throws IOException {
        var trace =
                read(
                        """
                        time,prompt_tokens,output_tokens,tenant,adapter,priority
                        0,7,1,acme,,0
                        1,8,2,zeta,law,5
                        """);

        assertThat(trace)
                .containsExactly(
                        new TraceRequest(0, 7, 1, new TraceRequest.Label("acme", "", 0)),
                        new TraceRequest(1, 8, 2, new TraceRequest.Label("zeta", "law", 5)));
    }

    @Test
    void everyIterationGivesTheSameRequests() throws IOException {
        var file = file("trace.csv", "time,prompt_tokens,output_tokens\n0,5,5\n9,6,6\n50,7,7\n");

        var trace = TraceFile.read(file, new TraceChoice(2.5, 3, null, 0, 1, null, 1));

        assertThat(trace.stream().toList()).containsExactlyElementsOf(trace);
        assertThat(trace.count()).isEqualTo(trace.stream().count());
    }

    @Test
    void demandNeedsLengths() {
        assertThatThrownBy(() -> read("day,hour,conversation,api,all\n0,0,3,1,4\n"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("--lengths");
    }

    @Test
    void drawsEveryRequestOfTheHoursAskedFor() throws IOException {
        var lengths = file("lengths.csv", "time,prompt_tokens,output_tokens\n0,7,3\n");
        var rates =
                file(
                        "rates.csv",
                        "day,hour,conversation,api,all\n0,23,5,0,5\n1,0,40,0,40\n1,1,2,0,2\n");
        var choice = new TraceChoice(0.5, 1, "conversation", 1, 1, lengths, 3);

        var trace = TraceFile.read(rates, choice);

        assertThat(trace).hasSize(21);
        assertThat(trace.seconds()).isEqualTo(7_200);
        assertThat(trace.iterator().next().seconds()).isBetween(0.0, 3_600.0);
        assertThat(TraceFile.read(rates, choice)).containsExactlyElementsOf(trace);
    }

    @Test
    void offersEachRequestAsOftenAsTheScaleSays() throws IOException {
        var file = file("trace.csv", "time,prompt_tokens,output_tokens\n0,5,5\n100,6,6\n");

        var trace = TraceFile.read(file, new TraceChoice(3, 2, null, 0, 1, null, 1));

        assertThat(trace).hasSize(12);
        assertThat(trace.seconds()).isEqualTo(200);
        assertThat(trace.stream().toList())
                .isSortedAccordingTo(java.util.Comparator.comparingDouble(TraceRequest::seconds));
    }

    private Trace read(String text) throws IOException {
        return TraceFile.read(file("trace.csv", text), WHOLE);
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
