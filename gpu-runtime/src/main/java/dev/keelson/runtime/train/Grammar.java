package dev.keelson.runtime.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Documents from templates: what a document names once (a person, a colour, a node) it keeps to its
 * end, so that text far back tells what comes next. The notation is explained at the top of {@code
 * grammar.txt}.
 */
final class Grammar {
    private static final Pattern SLOT =
            Pattern.compile("\\{(\\^?)([a-z]+)(?:\\.([a-z]))?(?::(\\d))?\\}");

    private record Kind(int weight, List<String> open, List<String> mid, List<String> end) {}

    private final Map<String, List<String[]>> words = new LinkedHashMap<>();
    private final List<Kind> kinds = new ArrayList<>();
    private int totalWeight;

    Grammar(String text) {
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("word ")) {
                int colon = line.indexOf(':');
                List<String[]> choices = new ArrayList<>();
                for (String choice : line.substring(colon + 1).split(",", -1)) {
                    choices.add(choice.strip().split("/", -1));
                }
                words.put(line.substring(5, colon), choices);
            } else if (line.startsWith("kind ")) {
                int weight = Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
                totalWeight += weight;
                kinds.add(
                        new Kind(weight, new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
            } else if (!line.isBlank() && !line.startsWith("#")) {
                Kind kind = kinds.getLast();
                int colon = line.indexOf(':');
                String sentence = line.substring(colon + 1).strip().replace("\\n", "\n");
                switch (line.substring(0, colon)) {
                    case "open" -> kind.open().add(sentence);
                    case "mid" -> kind.mid().add(sentence);
                    case "end" -> kind.end().add(sentence);
                    default -> throw new IllegalArgumentException("grammar: " + line);
                }
            }
        }
    }

    /** One document; the same random state gives the same text. */
    String document(Random random) {
        Kind kind = choose(random);
        Map<String, String[]> bound = new HashMap<>();
        List<String> middle = new ArrayList<>(kind.mid());
        Collections.shuffle(middle, random);
        int count = Math.min(middle.size(), 4 + random.nextInt(6));
        List<String> sentences = new ArrayList<>();
        sentences.add(fill(any(kind.open(), random), bound, random));
        middle.subList(0, count).forEach(s -> sentences.add(fill(s, bound, random)));
        sentences.add(fill(any(kind.end(), random), bound, random));
        return String.join(sentences.getFirst().startsWith("User:") ? "\n" : " ", sentences);
    }

    private Kind choose(Random random) {
        int at = random.nextInt(totalWeight);
        for (Kind kind : kinds) {
            at -= kind.weight();
            if (at < 0) {
                return kind;
            }
        }
        throw new IllegalStateException("weights do not add up");
    }

    private String fill(String sentence, Map<String, String[]> bound, Random random) {
        return SLOT.matcher(sentence)
                .replaceAll(slot -> Matcher.quoteReplacement(value((Matcher) slot, bound, random)));
    }

    private String value(Matcher slot, Map<String, String[]> bound, Random random) {
        String list = slot.group(2);
        List<String[]> choices = words.get(list);
        if (choices == null) {
            throw new IllegalArgumentException("grammar: no list " + list);
        }
        String name = slot.group(3);
        String[] chosen;
        if (name == null) {
            chosen = any(choices, random);
        } else {
            String key = list + "." + name;
            chosen = bound.get(key);
            while (chosen == null) {
                String[] candidate = any(choices, random);
                // Two names of one list never mean the same thing within a document.
                boolean taken =
                        bound.entrySet().stream()
                                .anyMatch(e ->
                                        e.getKey().startsWith(list + ".")
                                                && Arrays.equals(e.getValue(), candidate));
                if (!taken) {
                    bound.put(key, candidate);
                    chosen = candidate;
                }
            }
        }
        int field = slot.group(4) == null ? 0 : Integer.parseInt(slot.group(4));
        String text = chosen[Math.min(field, chosen.length - 1)];
        return slot.group(1).isEmpty()
                ? text
                : Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static <T> T any(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }
}
