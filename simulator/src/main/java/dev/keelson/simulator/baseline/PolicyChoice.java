package dev.keelson.simulator.baseline;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * A policy by name with options, as in {@code hpa:target=0.5}. Mutable: it notes which options were
 * asked for.
 */
public final class PolicyChoice {
    private final String text;
    private final String name;
    private final Map<String, Double> options = new LinkedHashMap<>();
    private final TreeSet<String> asked = new TreeSet<>();

    private PolicyChoice(String text, String name) {
        this.text = text;
        this.name = name;
    }

    /**
     * @throws IllegalArgumentException with what was expected
     */
    public static PolicyChoice parse(String text) {
        var parts = text.split(":", -1);
        var choice = new PolicyChoice(text, parts[0]);
        for (int i = 1; i < parts.length; i++) {
            var pair = parts[i].split("=", -1);
            try {
                choice.options.put(pair[0], Double.parseDouble(pair.length == 2 ? pair[1] : ""));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "The policy option (%s) must be NAME=NUMBER, as in hpa:target=0.5."
                                .formatted(parts[i]),
                        e);
            }
        }
        return choice;
    }

    public String name() {
        return name;
    }

    /** As it was written: the name of its row. */
    public String text() {
        return text;
    }

    /** An option within bounds, or its default. */
    public double option(String key, double otherwise, double least, double most) {
        asked.add(key);
        double value = options.getOrDefault(key, otherwise);
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(
                    "The option %s (%s) of policy %s must be from %s to %s."
                            .formatted(
                                    key,
                                    value,
                                    name,
                                    Parameters.number(least),
                                    Parameters.number(most)));
        }
        return value;
    }

    /** Refuses options that the policy does not have. */
    public void noMoreOptions() {
        for (var key : options.keySet()) {
            if (!asked.contains(key)) {
                throw new IllegalArgumentException(
                        "The policy %s has no option %s; it has: %s."
                                .formatted(name, key, asked.isEmpty() ? "none" : asked));
            }
        }
    }
}
