package dev.keelson.simulator.baseline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Decisions recorded from the original autoscalers; their README tells what they cover. */
final class Vectors {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private Vectors() {}

    static List<JsonNode> read(String name) {
        var path = "/rival-decisions/" + name + ".jsonl.gz";
        try (var in = Vectors.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("There is no " + path + ".");
            }
            var lines =
                    new BufferedReader(
                            new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8));
            var cases = new ArrayList<JsonNode>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                cases.add(JSON.readTree(line));
            }
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Compares, and remembers what differs. */
    static final class Score {
        private final List<String> differences = new ArrayList<>();
        private int compared;

        void compare(Object actual, Object recorded, String where) {
            compared++;
            if (!recorded.equals(actual)) {
                differences.add(where + ": " + actual + " instead of " + recorded);
            }
        }

        void compareClose(double actual, double recorded, double share, String where) {
            compared++;
            if (!(Math.abs(actual - recorded) <= share * Math.max(1, Math.abs(recorded)))) {
                differences.add(where + ": " + actual + " instead of " + recorded);
            }
        }

        List<String> differences() {
            return differences;
        }

        int compared() {
            return compared;
        }
    }
}
