package dev.keelson.agent.supervise;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.core.fleet.ReplicaState;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code engines.json}: which engines run, for whoever comes after this process. Replaced whole, so
 * a reader never sees half of it.
 */
final class EnginesFile {
    private static final Logger LOG = LoggerFactory.getLogger(EnginesFile.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    EnginesFile(Path file) {
        this.file = file;
    }

    void write(Collection<EngineEntry> entries) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        var engines = root.putArray("engines");
        entries.forEach(entry -> describe(entry, engines.addObject()));
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(next, root.toPrettyString());
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Empty where there is no file yet. @throws IOException where it cannot be read or is no
     * engines file
     */
    List<EngineEntry> read() throws IOException {
        JsonNode root;
        try {
            root = JSON.readTree(Files.readString(file));
        } catch (NoSuchFileException none) {
            return List.of();
        }
        var entries = new ArrayList<EngineEntry>();
        try {
            for (JsonNode engine : root.path("engines")) {
                entries.add(parse(engine));
            }
        } catch (RuntimeException malformed) {
            throw new IOException("%s is no list of engines.".formatted(file), malformed);
        }
        return entries;
    }

    /**
     * The same, but a file that cannot be understood is kept beside it: its engines are then
     * strays, and no reason not to start.
     */
    List<EngineEntry> readOrSetAside() throws IOException {
        try {
            return read();
        } catch (IOException malformed) {
            Path aside = file.resolveSibling(file.getFileName() + ".unreadable");
            LOG.error("{}; it is kept as {}", malformed.getMessage(), aside);
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
            return List.of();
        }
    }

    private static void describe(EngineEntry entry, ObjectNode json) {
        ReplicaSpec spec = entry.spec();
        json.put("replica", spec.replica());
        json.put("deployment", spec.deployment());
        json.put("revision", spec.revision());
        json.put("pid", entry.pid());
        json.put("startTicks", entry.startTicks());
        json.put("port", entry.port());
        json.put("url", entry.url());
        json.put("phase", entry.state().name());
        json.put("reason", entry.reason());
        json.put("startedAt", entry.startedAt().toString());
        Duration startup = entry.startup();
        json.put("startupMs", startup == null ? null : startup.toMillis());
        Instant until = entry.drainUntil();
        json.put("drainUntil", until == null ? null : until.toString());
        json.put("maxSequences", entry.maxSequences());
        json.put("thousandths", spec.thousandths());
        json.put("engine", spec.engine());
        json.put("model", spec.model());
        json.put("servedModel", spec.servedModel());
        var knobs = json.putObject("knobs");
        spec.knobs().forEach(knobs::put);
        var adapters = json.putObject("adapters");
        spec.adapters().forEach(adapters::put);
    }

    private static EngineEntry parse(JsonNode json) {
        var spec =
                new ReplicaSpec(
                        json.required("replica").asText(),
                        json.required("deployment").asText(),
                        json.required("revision").asInt(),
                        json.required("engine").asText(),
                        json.path("model").asText(),
                        json.path("servedModel").asText(),
                        texts(json.path("knobs")),
                        texts(json.path("adapters")),
                        json.required("thousandths").asInt());
        JsonNode startup = json.path("startupMs");
        return new EngineEntry(
                spec,
                json.required("pid").asLong(),
                json.required("startTicks").asLong(),
                hostOf(json.path("url").asText()),
                json.required("port").asInt(),
                ReplicaState.valueOf(json.required("phase").asText()),
                json.path("reason").asText(),
                Instant.parse(json.required("startedAt").asText()),
                startup.isNumber() ? Duration.ofMillis(startup.asLong()) : null,
                optionalInstant(json.path("drainUntil")),
                json.path("maxSequences").asInt());
    }

    private static SortedMap<String, String> texts(JsonNode json) {
        var texts = new TreeMap<String, String>();
        json.properties().forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
        return texts;
    }

    private static String hostOf(String url) {
        String host = URI.create(url).getHost();
        return host == null ? "127.0.0.1" : host;
    }

    private static @Nullable Instant optionalInstant(JsonNode json) {
        return json.isTextual() ? Instant.parse(json.asText()) : null;
    }
}
