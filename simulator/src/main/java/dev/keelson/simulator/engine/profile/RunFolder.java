package dev.keelson.simulator.engine.profile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.simulator.engine.EngineRequest;
import dev.keelson.simulator.engine.RequestTimes;
import dev.keelson.simulator.engine.steptime.Interconnect;
import dev.keelson.simulator.engine.steptime.Parallelism;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a run in LLMServingSim's layout: {@code config.json} (hardware, model, links), {@code
 * vllm/requests.jsonl} (times in seconds) and, when it is there, {@code vllm/meta.json} (the
 * engine's options; else 128 sequences and 2,048 tokens).
 */
public final class RunFolder {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double LONGEST_LATENCY_SECONDS = 86_400;

    private RunFolder() {}

    /** Reads the run in this folder. */
    public static RecordedRun read(Path folder) throws IOException {
        var configFile = folder.resolve("config.json");
        var config = json(configFile);
        var nodes = config.path("nodes");
        var instances = nodes.path(0).path("instances");
        if (instances.isEmpty()) {
            throw new MalformedInputException(
                    configFile,
                    0,
                    "nodes[0].instances is missing or empty",
                    "at least one instance");
        }
        var instance = instances.get(0);
        var parallelism =
                new Parallelism(
                        instance.path("tp_size").asInt(1),
                        instances.size(),
                        instance.path("ep_size").asInt(1));
        var memory = instance.path("npu_mem");
        var metaFile = folder.resolve("vllm").resolve("meta.json");
        var options =
                Files.exists(metaFile)
                        ? json(metaFile).path("engine_kwargs")
                        : JSON.createObjectNode();
        var requestFile = folder.resolve("vllm").resolve("requests.jsonl");
        var lines = lines(requestFile);
        double clockOffset =
                lines.stream().mapToDouble(line -> line.queued - line.arrival).min().orElseThrow();
        double start =
                lines.stream().mapToDouble(line -> line.arrival + clockOffset).min().orElseThrow();
        var requests = new ArrayList<EngineRequest>();
        var observed = new ArrayList<RequestTimes>();
        for (var line : lines) {
            var request =
                    new EngineRequest(
                            requests.size(),
                            nanos(line.arrival + clockOffset - start),
                            line.prompt,
                            line.output);
            requests.add(request);
            observed.add(
                    new RequestTimes(
                            request,
                            nanos(line.queued - start),
                            nanos(line.scheduled - start),
                            nanos(line.first - start),
                            nanos(line.last - start),
                            0,
                            0,
                            0));
        }
        return new RecordedRun(
                folder.toAbsolutePath().normalize().getFileName().toString(),
                text(configFile, instance, "hardware"),
                text(configFile, instance, "model_name"),
                parallelism,
                new Interconnect(
                        Interconnect.MEASURED_REDUCE_HOP_MICROS,
                        positive(configFile, config, "link_latency") / 1e3,
                        positive(configFile, config, "link_bw") * 1e3),
                positive(configFile, memory, "mem_size")
                        * 1e9
                        * memory.path("mem_util").asDouble(0.9),
                options.path("max_num_seqs").asInt(128),
                options.path("max_num_batched_tokens").asInt(2048),
                requests,
                observed);
    }

    private record Line(
            int prompt,
            int output,
            double arrival,
            double queued,
            double scheduled,
            double first,
            double last) {}

    private static List<Line> lines(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new MalformedInputException(
                    file, 0, "there is no such file", "one JSON object a line");
        }
        var lines = new ArrayList<Line>();
        long number = 0;
        for (var text : Files.readAllLines(file)) {
            number++;
            if (text.isBlank()) {
                continue;
            }
            var line = line(file, number, text);
            if (!lines.isEmpty() && line.arrival < lines.getLast().arrival) {
                throw new MalformedInputException(
                        file,
                        number,
                        "arrival_time goes back in time",
                        "requests in the order of arrival");
            }
            lines.add(line);
        }
        if (lines.isEmpty()) {
            throw new MalformedInputException(file, 1, "the file is empty", "at least one request");
        }
        return lines;
    }

    private static Line line(Path file, long number, String text) {
        JsonNode node;
        try {
            node = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new MalformedInputException(
                    file, number, "it is not JSON", "one JSON object a line");
        }
        double queued = seconds(file, number, node, "queued_ts");
        var line =
                new Line(
                        count(file, number, node, "input_toks"),
                        count(file, number, node, "output_toks"),
                        node.has("arrival_time")
                                ? seconds(file, number, node, "arrival_time")
                                : queued,
                        queued,
                        seconds(file, number, node, "scheduled_ts"),
                        seconds(file, number, node, "first_token_ts"),
                        seconds(file, number, node, "last_token_ts"));
        if (line.scheduled < line.queued || line.first < line.scheduled || line.last < line.first) {
            throw new MalformedInputException(
                    file,
                    number,
                    "its times are out of order",
                    "queued_ts <= scheduled_ts <= first_token_ts <= last_token_ts");
        }
        if (line.last - line.queued > LONGEST_LATENCY_SECONDS) {
            throw new MalformedInputException(
                    file,
                    number,
                    "the request takes %.0f seconds".formatted(line.last - line.queued),
                    "times in seconds, not milliseconds");
        }
        return line;
    }

    private static int count(Path file, long line, JsonNode node, String field) {
        var value = node.path(field);
        if (!value.isIntegralNumber() || value.asInt() < 1) {
            throw new MalformedInputException(
                    file,
                    line,
                    "%s is %s".formatted(field, shown(value)),
                    "a whole number of at least 1");
        }
        return value.asInt();
    }

    private static double seconds(Path file, long line, JsonNode node, String field) {
        var value = node.path(field);
        if (!value.isNumber() || !(value.asDouble() >= 0)) {
            throw new MalformedInputException(
                    file, line, "%s is %s".formatted(field, shown(value)), "a number of seconds");
        }
        return value.asDouble();
    }

    private static String shown(JsonNode value) {
        return value.isMissingNode() ? "missing" : value.toString();
    }

    private static double positive(Path file, JsonNode node, String field) {
        double value = node.path(field).asDouble(Double.NaN);
        if (!(value > 0)) {
            throw new MalformedInputException(
                    file,
                    0,
                    "%s is %s".formatted(field, shown(node.path(field))),
                    "a number above 0");
        }
        return value;
    }

    private static String text(Path file, JsonNode node, String field) {
        var value = node.path(field);
        if (!value.isTextual()) {
            throw new MalformedInputException(
                    file, 0, "%s is %s".formatted(field, shown(value)), "a text");
        }
        return value.asText();
    }

    private static long nanos(double seconds) {
        return Math.max(0, Math.round(seconds * 1e9));
    }

    private static JsonNode json(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new MalformedInputException(file, 0, "there is no such file", "a JSON file");
        }
        try {
            return JSON.readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            throw new MalformedInputException(
                    file,
                    e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                    "it is not JSON",
                    "JSON");
        }
    }
}
