package dev.keelson.serving.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;

/** Knobs of engines that others wrote: their long options, with underscores. */
final class Knobs {
    private Knobs() {}

    /** How an engine's command line reads a value. */
    enum Form {
        /** One word, {@code --name=value}. */
        JOINED,
        /** Two words. */
        APART
    }

    /** Each knob as an option; true and false as {@code --name} and {@code --no-name}. */
    static List<String> options(SortedMap<String, String> knobs, Form form) {
        var words = new ArrayList<String>();
        knobs.forEach((knob, value) -> {
            String option = option(knob);
            switch (value) {
                case "true" -> words.add("--" + option);
                case "false" -> words.add("--no-" + option);
                default -> {
                    switch (form) {
                        case JOINED -> words.add("--" + option + "=" + value);
                        case APART -> words.addAll(List.of("--" + option, value));
                    }
                }
            }
        });
        return words;
    }

    /**
     * Why a knob must not come from outside the node.
     *
     * @param reserved options that are the agent's or the node's to set; what a command line would
     *     take for an abbreviation of one is refused too
     */
    static Optional<String> objection(SortedMap<String, String> knobs, Set<String> reserved) {
        for (Map.Entry<String, String> knob : knobs.entrySet()) {
            String whole = option(knob.getKey());
            String option = whole.startsWith("no-") ? whole.substring(3) : whole;
            String first = option.contains(".") ? option.substring(0, option.indexOf('.')) : option;
            if (reserved.stream().anyMatch(name -> name.startsWith(first))) {
                return Optional.of(
                        "The knob '%s' is not a Deployment's to set: it belongs in the engine's command in the agent's configuration, if anywhere."
                                .formatted(knob.getKey()));
            }
            if (knob.getValue().contains("/")) {
                return Optional.of(
                        "The knob '%s' names a file, a folder or an address (%s): it belongs in the engine's command in the agent's configuration."
                                .formatted(knob.getKey(), knob.getValue()));
            }
        }
        return Optional.empty();
    }

    /** A number of at least 1; empty where the engine will refuse it with a better message. */
    static OptionalInt count(SortedMap<String, String> knobs, String name) {
        try {
            String text = knobs.get(name);
            return text == null
                    ? OptionalInt.empty()
                    : OptionalInt.of(Math.max(1, Integer.parseInt(text)));
        } catch (NumberFormatException malformed) {
            return OptionalInt.empty();
        }
    }

    /** Underscores up to the first dot become dashes: behind it stands the name of a field. */
    private static String option(String knob) {
        int dot = knob.indexOf('.');
        return dot < 0
                ? knob.replace('_', '-')
                : knob.substring(0, dot).replace('_', '-') + knob.substring(dot);
    }
}
