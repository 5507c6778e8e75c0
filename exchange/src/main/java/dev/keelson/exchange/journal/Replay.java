package dev.keelson.exchange.journal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.plan.Decision;
import dev.keelson.core.plan.Planner;
import dev.keelson.core.plan.PlannerMemory;
import dev.keelson.core.policy.Policies;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Plans every input of an exported journal again and compares what comes out with what was
 * recorded.
 */
public final class Replay {
    private final BufferedReader reader;
    private int line;
    private int decisions;
    private int differences;
    private @Nullable Difference first;
    private @Nullable Policies policies;
    private Map<String, String> forecastsBefore = Map.of();
    private List<Decision> replayed = List.of();
    private String entry = "";
    private @Nullable FleetState state;
    private int next;

    private Replay(Reader reader) {
        this.reader = new BufferedReader(reader);
    }

    /**
     * @param decisions recorded decisions that were compared
     * @param differences fields that differ
     * @param first null where none does
     */
    public record Result(int decisions, int differences, @Nullable Difference first) {}

    /**
     * @param line of the file, from 1
     * @param field path within the decision, such as {@code actions[0].to}
     * @param recorded JSON; "absent" where it is missing
     * @param replayed JSON; "absent" where it is missing
     */
    public record Difference(int line, String field, String recorded, String replayed) {}

    /**
     * @throws JournalFormatException if a line cannot be read
     * @throws IOException if the reader fails
     */
    public static Result run(Reader reader) throws IOException {
        return new Replay(reader).run();
    }

    private Result run() throws IOException {
        String text;
        while ((text = reader.readLine()) != null) {
            line++;
            if (text.isBlank()) {
                continue;
            }
            try {
                read(JournalCodec.tree(text));
            } catch (JournalFormatException e) {
                throw e.line() > 0
                        ? e
                        : new JournalFormatException(line, String.valueOf(e.getMessage()));
            }
        }
        if (line == 0) {
            throw new JournalFormatException(1, "It has no header.");
        }
        missing();
        return new Result(decisions, differences, first);
    }

    private void read(JsonNode node) {
        var kind = node.path("kind").asText();
        if (line == 1) {
            header(node, kind);
        } else if (kind.equals("input")) {
            missing();
            plan(node);
        } else if (node.has("actions") && node.has("id")) {
            compare(node);
        }
        // A line of a kind that this release does not know is passed over.
    }

    private static void header(JsonNode node, String kind) {
        int version = node.path("version").asInt();
        if (!kind.equals("header") || !node.path("format").asText().equals("keelson-journal")) {
            throw new JournalFormatException(0, "The first line must be a keelson-journal header.");
        }
        if (version < 1 || version > JournalCodec.VERSION) {
            throw new JournalFormatException(
                    0,
                    "The version (%d) must be 1 to %d.".formatted(version, JournalCodec.VERSION));
        }
    }

    private void plan(JsonNode node) {
        var version = node.path("plannerVersion").asText();
        if (!version.equals(Planner.VERSION)) {
            throw new JournalFormatException(
                    0,
                    "It was recorded by planner version %s and this is version %s."
                            .formatted(version, Planner.VERSION));
        }
        if (node.has("policies")) {
            policies = RecordJson.read(node.path("policies"), Policies.class);
        }
        if (policies == null || !policies.hash().equals(node.path("policiesHash").asText())) {
            throw new JournalFormatException(
                    0,
                    "No line before gives the policies (%s)."
                            .formatted(node.path("policiesHash").asText()));
        }
        state = RecordJson.read(node.path("state"), FleetState.class);
        var memory = RecordJson.read(node.path("memory"), PlannerMemory.class);
        var forecasts = JournalCodec.forecasts(node, forecastsBefore::get);
        var now = new HashMap<String, String>();
        ForecastParts.refer(
                node.path("forecasts"),
                (hash, text) -> {
                    now.put(hash, text);
                    return false;
                });
        forecastsBefore = now;
        replayed = Planner.plan(state, memory, forecasts, policies).decisions();
        entry = node.path("entry").asText();
        next = 0;
    }

    private void compare(JsonNode recorded) {
        if (state == null) {
            throw new JournalFormatException(0, "A decision stands before any input.");
        }
        decisions++;
        if (next >= replayed.size()) {
            differ("", recorded, null);
            return;
        }
        var expected =
                JournalCodec.decision(
                        entry + "-" + (next + 1), state.observedAt(), replayed.get(next));
        next++;
        compare("", recorded, JournalCodec.tree(JournalCodec.text(expected)));
    }

    private void compare(String field, @Nullable JsonNode recorded, @Nullable JsonNode again) {
        if (recorded == null || again == null) {
            differ(field, recorded, again);
        } else if (recorded.isObject() && again.isObject()) {
            // Fields that only the record has come from a later release.
            for (String name :
                    new TreeSet<>(again.propertyStream().map(Map.Entry::getKey).toList())) {
                compare(
                        field.isEmpty() ? name : field + "." + name,
                        recorded.get(name),
                        again.get(name));
            }
        } else if (recorded.isArray() && again.isArray()) {
            for (int i = 0; i < Math.max(recorded.size(), again.size()); i++) {
                compare("%s[%d]".formatted(field, i), recorded.get(i), again.get(i));
            }
        } else if (!same(recorded, again)) {
            differ(field, recorded, again);
        }
    }

    private static boolean same(JsonNode recorded, JsonNode again) {
        if (recorded.isNumber() && again.isNumber()) {
            return recorded.decimalValue().compareTo(again.decimalValue()) == 0;
        }
        return recorded.equals(again);
    }

    /** Decisions that were made again and that no line recorded. */
    private void missing() {
        for (; next < replayed.size(); next++) {
            differ(
                    "decision " + entry + "-" + (next + 1),
                    null,
                    JournalCodec.decision(
                            "",
                            java.util.Objects.requireNonNull(state).observedAt(),
                            replayed.get(next)));
        }
    }

    private void differ(String field, @Nullable JsonNode recorded, @Nullable JsonNode again) {
        differences++;
        if (first == null) {
            first = new Difference(line, field, shown(recorded), shown(again));
        }
    }

    private static String shown(@Nullable JsonNode node) {
        return node == null ? "absent" : JournalCodec.text(node);
    }
}
