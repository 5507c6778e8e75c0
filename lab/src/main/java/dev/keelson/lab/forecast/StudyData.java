package dev.keelson.lab.forecast;

import dev.keelson.forecaster.series.Series;
import dev.keelson.forecaster.statistical.classes.RequestClass;
import dev.keelson.simulator.engine.profile.CsvTable;
import dev.keelson.simulator.trace.InputException;
import dev.keelson.simulator.trace.PrefixRequest;
import dev.keelson.simulator.trace.PrefixTrace;
import dev.keelson.simulator.trace.Trace;
import dev.keelson.simulator.trace.TraceChoice;
import dev.keelson.simulator.trace.TraceFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/** The data sets of the studies, from one folder. */
record StudyData(Path folder) {
    static final long TEN_MINUTES = 600;
    static final long HOUR = 3600;

    /** Tokens of a block that the trace has a hash for. */
    static final int MOONCAKE_BLOCK = 512;

    private static final int SERVEGEN_DAYS = 10;
    private static final int FISHER_CONTAINERS = 10;
    private static final String CLIENTS = "servegen/servegen_m-small_clients_10min_days_0_9.csv.gz";
    private static final String M4 = "m4-hourly/Hourly-train.csv.gz";

    /** Requests per 10 minutes of a ServeGen model, days 0 to 9. */
    Series servegen(String model) {
        var table =
                table(
                        "servegen/servegen_10min_rate_by_model.csv",
                        List.of("model", "window_start_s", "total_rate_req_per_s"));
        var windows = new TreeMap<Integer, Double>();
        for (var row : table.rows()) {
            if (row.text("model").equals(model)) {
                windows.put(
                        row.whole("window_start_s", 0),
                        row.number("total_rate_req_per_s", 0) * TEN_MINUTES);
            }
        }
        double[] values = new double[SERVEGEN_DAYS * 144];
        java.util.Arrays.fill(values, Double.NaN);
        windows.forEach((start, requests) -> {
            int step = (int) (start / TEN_MINUTES);
            if (step < values.length) {
                values[step] = requests;
            }
        });
        return Series.of(model, 0, TEN_MINUTES, values);
    }

    /** Requests per 10 minutes of each client of ServeGen's m-small, days 0 to 9. */
    SortedMap<RequestClass, double[]> servegenClients() {
        var clients = new TreeMap<RequestClass, double[]>();
        for (var row : clientWindows()) {
            double[] values =
                    clients.computeIfAbsent(
                            RequestClass.of("m-small", row.text("client")),
                            client -> new double[SERVEGEN_DAYS * 144]);
            values[(int) (row.whole("window_start_s", 0) / TEN_MINUTES)] =
                    row.number("rate_req_per_s", 0) * TEN_MINUTES;
        }
        return clients;
    }

    /** Windows of m-small's clients; mean tokens of a request where they are published. */
    List<CsvTable.Row> clientWindows() {
        return table(
                        CLIENTS,
                        List.of(
                                "client",
                                "window_start_s",
                                "rate_req_per_s",
                                "mean_prompt_tokens",
                                "mean_output_tokens"))
                .rows();
    }

    /** Mooncake's conversations with the blocks of their prompts. */
    List<PrefixRequest> mooncake() {
        return PrefixTrace.read(
                present("mooncake/conversation_trace_first_half.jsonl.gz"), MOONCAKE_BLOCK);
    }

    /** The hour of Azure's conversation requests. */
    Trace azure() {
        return TraceFile.read(
                present("azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz"), TraceChoice.whole(1));
    }

    /** Conversation requests per hour of BurstGPT, days 0 to 46. */
    Series burstgpt() {
        return burstgpt("conversation");
    }

    /** Requests per hour of one kind, conversation or api, of BurstGPT, days 0 to 46. */
    Series burstgpt(String kind) {
        var table =
                table(
                        "burstgpt/burstgpt1_hourly_requests_days_0_46.csv",
                        List.of("day", "hour", kind));
        double[] values = table.rows().stream().mapToDouble(row -> row.number(kind, 0)).toArray();
        return Series.of("BurstGPT", 0, HOUR, values);
    }

    /** CPU busy, %, of each container of the Fisher data, per 10 minutes. */
    List<Series> fisher() {
        var series = new ArrayList<Series>();
        for (int i = 1; i <= FISHER_CONTAINERS; i++) {
            var table =
                    table("harmony-fisher/container%d.csv.gz".formatted(i), List.of("cpu.busy"));
            double[] values =
                    table.rows().stream()
                            .mapToDouble(row -> row.number("cpu.busy", Double.NEGATIVE_INFINITY))
                            .toArray();
            series.add(Series.of("container" + i, 0, TEN_MINUTES, values));
        }
        return List.copyOf(series);
    }

    private CsvTable table(String name, List<String> columns) {
        try {
            return CsvTable.read(present(name), columns);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The 414 hourly training series of the M4 competition. */
    List<Series> m4() {
        var series = new ArrayList<Series>();
        try (var reader =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(present(M4))),
                                StandardCharsets.UTF_8))) {
            reader.readLine();
            int number = 1;
            for (String row = reader.readLine(); row != null; row = reader.readLine()) {
                number++;
                String[] cells = row.replace("\"", "").split(",", -1);
                // Rows are as wide as the longest series.
                int length = 0;
                while (length + 1 < cells.length && !cells[length + 1].isEmpty()) {
                    length++;
                }
                double[] values = new double[length];
                for (int i = 0; i < length; i++) {
                    values[i] = value(cells[i + 1], number);
                }
                series.add(Series.of(cells[0], 0, HOUR, values));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.copyOf(series);
    }

    private double value(String cell, int line) {
        try {
            return Double.parseDouble(cell);
        } catch (NumberFormatException e) {
            throw new InputException(
                    "%s:%d: the value is \"%s\".%n  Expected: a number."
                            .formatted(folder.resolve(M4), line, cell));
        }
    }

    boolean has(String name) {
        return Files.exists(folder.resolve(name));
    }

    private Path present(String name) {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            throw new InputException(
                    "There is no file %s.%n  This data set has no licence to copy it: name the folder that holds it with --datasets DIR."
                            .formatted(file));
        }
        return file;
    }
}
