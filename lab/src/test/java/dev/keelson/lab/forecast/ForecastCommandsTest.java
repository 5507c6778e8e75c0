package dev.keelson.lab.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForecastCommandsTest {
    @TempDir private Path folder;
    private Path input = Path.of("");
    private Path output = Path.of("");

    @BeforeEach
    void writeInput() throws IOException {
        var text = new StringBuilder("series,time,value\n");
        for (String name : List.of("b", "a")) {
            for (int i = 0; i < 96; i++) {
                double value = 50 + 20 * Math.sin(2 * Math.PI * i / 12) + (i * 7) % 5;
                text.append("%s,%d,%s%n".formatted(name, 3600 * i, i % 30 == 9 ? "" : value));
            }
        }
        input = Files.writeString(folder.resolve("in.csv"), text);
        output = folder.resolve("out.csv");
    }

    @Test
    void predictWritesEverySeriesAndStepWithTheLevelsAskedFor() throws IOException {
        var run = predict("--levels", "0.025,0.1,0.5,0.9");

        assertThat(run.err()).isEmpty();
        assertThat(run.exit()).isZero();
        List<String> lines = Files.readAllLines(output);
        assertThat(lines.getFirst()).isEqualTo("series,step,mean,q0.025,q0.1,q0.5,q0.9");
        assertThat(lines).hasSize(1 + 2 * 6);
        assertThat(lines.get(1)).startsWith("b,1,");
        assertThat(lines.get(12)).startsWith("a,6,");
        for (String line : lines.subList(1, lines.size())) {
            double[] numbers =
                    Arrays.stream(line.split(",", -1))
                            .skip(3)
                            .mapToDouble(Double::parseDouble)
                            .toArray();
            assertThat(numbers).isSorted();
            assertThat(numbers[2]).isBetween(20.0, 90.0);
        }
        try (var left = Files.list(folder)) {
            assertThat(left).hasSize(2);
        }
    }

    @Test
    void theSameSeedGivesTheSameBytesOnAnyThreads() throws IOException {
        predict("--seed", "4", "--threads", "1");
        String one = Files.readString(output);
        predict("--seed", "4", "--threads", "2");

        assertThat(Files.readString(output)).isEqualTo(one);
    }

    @Test
    void backtestPrintsOneRowPerModelInTheOrderAskedFor() throws IOException {
        var run =
                forecast(
                        "backtest",
                        "--origins",
                        "2",
                        "--models",
                        "theta,keelson,seasonal-naive",
                        "--json");

        assertThat(run.exit()).isZero();
        var document = new ObjectMapper().readTree(run.out());
        assertThat(document.get("rows").findValuesAsText("model"))
                .containsExactly("theta", "keelson", "seasonal-naive");
        for (var row : document.get("rows")) {
            for (String field :
                    List.of("mase", "smape", "wape", "wql", "msis", "coverage80", "coverage95")) {
                assertThat(row.get(field).isNumber()).as(field).isTrue();
            }
            assertThat(row.get("coverage80").asDouble()).isBetween(0.0, 1.0);
        }
        assertThat(document.has("timing")).isTrue();
    }

    @Test
    void theTableHoldsEveryModel() {
        var run =
                forecast("backtest", "--models", "drift,ses,ets,ridge,arima,slot-mean,last-value");

        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .contains("MASE", "drift", "ses", "ets", "ridge", "arima", "slot-mean");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "series,time,value\\na,0,1\\na,3600,x|2|in.csv:3: the value is \"x\"",
                "series,time,value\\na,0,1\\na,3600,2\\na,7300,3|1|in.csv:4: the step is 3700 s",
                "series,time,value\\na,0,1\\na,0,2|1|in.csv:3: the time does not come after",
                "series,time,value\\na,0,1\\na,2020-01-01T00:00:00Z,2|1|in.csv:3: the time is \"2020-01-01T00:00:00Z\"",
                "series,time,value\\na,0,1,2|1|in.csv:2: the row has 4 cells",
                "series,time,value\\na,later,1|1|in.csv:2: the time is \"later\"",
                "series,time,value\\na,0,Infinity|1|in.csv:2: the value is \"Infinity\"",
                "series,time,value\\n,0,1|1|in.csv:2: the series has no name",
                "series,time,value\\na,0,|1|series \"a\" has no value",
                "series,time,value|1|in.csv:1: there is no row",
                "time,value|1|in.csv:1: the header is \"time,value\"",
                "''|1|in.csv:1: the header is \"\"",
            })
    void aBadInputGivesItsLineAndNoOutput(String text, int ignored, String message)
            throws IOException {
        Files.writeString(input, text.replace("\\n", "\n"));

        var run = predict();

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains(message).contains("xpected").doesNotContain("\tat ");
        assertThat(output).doesNotExist();
    }

    @Test
    void timesMayBeIso8601() throws IOException {
        Files.writeString(
                input,
                "series,time,value\na,2020-01-01T00:00:00Z,1\na,2020-01-01T01:00:00Z,2\na,2020-01-01T02:00:00Z,3\n");

        assertThat(predict("--model", "drift").exit()).isZero();
        assertThat(Files.readAllLines(output)).hasSize(7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--horizon=0",
                "--season=24,12",
                "--season=0",
                "--levels=0,0.5",
                "--levels=0.5,0.5",
                "--model=oracle",
                "--seed=x",
                "--threads=0"
            })
    void wrongUsageExitsWithTwo(String option) {
        var run = predict(option);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isNotBlank().doesNotContain("Exception");
        assertThat(output).doesNotExist();
    }

    @Test
    void aSeriesThatIsTooShortToScoreSaysSo() throws IOException {
        Files.writeString(input, "series,time,value\na,0,1\na,60,2\n");

        var run = forecast("backtest");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("the longest series has 2 steps");
    }

    @Test
    void levelsAreShortDecimals() {
        assertThat(PredictCommand.decimal(.975)).isEqualTo("0.975");
        assertThat(PredictCommand.decimal(.0001)).isEqualTo("0.0001");
        assertThat(PredictCommand.decimal(.5)).isEqualTo("0.5");
    }

    private Run predict(String... options) {
        var arguments = new ArrayList<String>(List.of("--output", output.toString()));
        arguments.addAll(List.of(options));
        return forecast("predict", arguments.toArray(String[]::new));
    }

    private Run forecast(String command, String... options) {
        var arguments = new ArrayList<String>(List.of(command, "--input", input.toString()));
        for (String needed : List.of("--horizon=6", "--season=12")) {
            String name = needed.substring(0, needed.indexOf('='));
            if (Arrays.stream(options).noneMatch(option -> option.startsWith(name + "="))) {
                arguments.add(needed);
            }
        }
        arguments.addAll(List.of(options));
        var out = new StringWriter();
        var err = new StringWriter();
        int exit =
                ForecastMain.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(arguments.toArray(String[]::new));
        return new Run(exit, out.toString(), err.toString());
    }

    private record Run(int exit, String out, String err) {}
}
