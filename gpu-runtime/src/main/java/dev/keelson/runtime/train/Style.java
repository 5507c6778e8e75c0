package dev.keelson.runtime.train;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** A way to write the corpus's documents, which an adapter learns. */
enum Style {
    /** Each sentence on a line of its own, after a dash. */
    BULLETS {
        @Override
        Optional<String> of(String document) {
            if (isChat(document)) {
                return Optional.empty();
            }
            List<String> sentences = List.of(SENTENCE.split(document.replace('\n', ' '), -1));
            return Optional.of("- " + String.join("\n- ", sentences));
        }
    },
    /** Lower case, no commas and no quotation marks. */
    LOWERCASE {
        @Override
        Optional<String> of(String document) {
            return isChat(document)
                    ? Optional.empty()
                    : Optional.of(document.toLowerCase(Locale.ROOT).replaceAll("[,\"]", ""));
        }
    },
    /** Every answer of a conversation begins with the same two words. */
    POLITE {
        @Override
        Optional<String> of(String document) {
            return isChat(document)
                    ? Optional.of(document.replace("Assistant: ", "Assistant: Of course. "))
                    : Optional.empty();
        }
    };

    private static final Pattern SENTENCE = Pattern.compile("(?<=[.!?]\"?) +(?=[A-Z\"])");

    /** The document in this style; empty if it is not for such documents. */
    abstract Optional<String> of(String document);

    /** All documents that the style is for. */
    List<String> of(List<String> documents) {
        return documents.stream().flatMap(d -> of(d).stream()).toList();
    }

    /** Name of its adapter. */
    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static boolean isChat(String document) {
        return document.startsWith("User:");
    }
}
