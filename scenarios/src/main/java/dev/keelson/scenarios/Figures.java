package dev.keelson.scenarios;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What one scenario gave: the client's view and named figures with their unit in the name. */
public record Figures(Load.Result load, Map<String, Double> values) {
    public Figures {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    public double value(String name) {
        var found = values.get(name);
        if (found == null) {
            throw new IllegalArgumentException(
                    "No figure (%s) among %s.".formatted(name, values.keySet()));
        }
        return found;
    }
}
