package dev.keelson.exchange.journal;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.plan.Decision;
import dev.keelson.core.plan.Plan;
import dev.keelson.core.plan.PlannerMemory;
import dev.keelson.core.policy.Policies;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Journal entries, and each of their parts, as canonical one-line JSON: equal values give equal
 * text. Thread-safe.
 */
public final class JournalCodec {
    /** Version of the format; readers take any up to it. */
    public static final int VERSION = 1;

    static final ObjectMapper JSON =
            new ObjectMapper(
                    JsonFactory.builder()
                            .streamReadConstraints(
                                    StreamReadConstraints.builder()
                                            .maxStringLength(1 << 20)
                                            .maxNestingDepth(64)
                                            .build())
                            .build());

    private static final DateTimeFormatter MILLISECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private JournalCodec() {}

    /** An entry with everything in it, as one line. */
    public static String encode(JournalEntry entry) {
        return encode(entry, (_, _) -> false);
    }

    /**
     * An entry as one line, without the forecasts that are kept elsewhere.
     *
     * @param isElsewhere given a forecast's hash and text; may keep it and say yes
     */
    public static String encode(JournalEntry entry, BiPredicate<String, String> isElsewhere) {
        var object = JSON.createObjectNode();
        object.put("version", VERSION);
        object.put("id", entry.id());
        object.put("plannerVersion", entry.plannerVersion());
        object.set("state", RecordJson.write(entry.state()));
        object.set("memory", RecordJson.write(entry.memory()));
        if (!entry.forecasts().outlooks().isEmpty()) {
            var forecasts = RecordJson.write(entry.forecasts());
            ForecastParts.refer(forecasts, isElsewhere);
            object.set("forecasts", forecasts);
        }
        object.set("policies", RecordJson.write(entry.policies()));
        object.set("plan", RecordJson.write(entry.plan()));
        return text(object);
    }

    /**
     * @throws JournalFormatException if this is no entry
     */
    public static JournalEntry decode(String text) {
        return decode(text, _ -> null);
    }

    /**
     * @param forecastOf gives the text of a forecast that is kept elsewhere, by its hash; null
     *     where there is none
     * @throws JournalFormatException if this is no entry
     */
    public static JournalEntry decode(String text, Function<String, @Nullable String> forecastOf) {
        var object = tree(text);
        int version = object.path("version").asInt();
        if (version < 1 || version > VERSION) {
            throw new JournalFormatException(
                    0, "The version (%d) must be 1 to %d.".formatted(version, VERSION));
        }
        return new JournalEntry(
                object.path("id").asLong(),
                object.path("plannerVersion").asText(),
                RecordJson.read(object.path("state"), FleetState.class),
                RecordJson.read(object.path("memory"), PlannerMemory.class),
                forecasts(object, forecastOf),
                RecordJson.read(object.path("policies"), Policies.class),
                RecordJson.read(object.path("plan"), Plan.class));
    }

    /** The forecasts of an entry; none where it has none, as before there were forecasts. */
    static Forecasts forecasts(JsonNode entry, Function<String, @Nullable String> forecastOf) {
        if (!entry.has("forecasts")) {
            return Forecasts.NONE;
        }
        var forecasts = entry.path("forecasts");
        ForecastParts.resolve(forecasts, forecastOf);
        return RecordJson.read(forecasts, Forecasts.class);
    }

    public static String encodeState(FleetState state) {
        return text(RecordJson.write(state));
    }

    public static FleetState decodeState(String text) {
        return RecordJson.read(tree(text), FleetState.class);
    }

    /** The planner's memory, for its store. */
    public static String encodeMemory(PlannerMemory memory) {
        return text(RecordJson.write(memory));
    }

    /**
     * @throws JournalFormatException if this is no memory
     */
    public static PlannerMemory decodeMemory(String text) {
        return RecordJson.read(tree(text), PlannerMemory.class);
    }

    public static String encodePolicies(Policies policies) {
        return text(RecordJson.write(policies));
    }

    public static Policies decodePolicies(String text) {
        return RecordJson.read(tree(text), Policies.class);
    }

    public static String encodePlan(Plan plan) {
        return text(RecordJson.write(plan));
    }

    public static Plan decodePlan(String text) {
        return RecordJson.read(tree(text), Plan.class);
    }

    /** A decision as `get decisions` prints it. */
    public static ObjectNode decision(String id, Instant time, Decision decision) {
        var object = JSON.createObjectNode();
        object.put("id", id);
        object.put("time", MILLISECONDS.format(time));
        object.setAll((ObjectNode) RecordJson.write(decision));
        return object;
    }

    /** The decision's text on one line. */
    public static String decisionText(String id, Instant time, Decision decision) {
        return text(decision(id, time, decision));
    }

    static String text(JsonNode node) {
        try {
            return JSON.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A JSON tree cannot be written.", e);
        }
    }

    static JsonNode tree(String text) {
        try {
            var node = JSON.readTree(text);
            if (node == null || !node.isObject()) {
                throw new JournalFormatException(0, "It must be a JSON object.");
            }
            return node;
        } catch (JacksonException e) {
            throw new JournalFormatException(0, "It is not JSON: " + e.getOriginalMessage());
        }
    }
}
