package dev.keelson.serving.openai;

import java.util.List;

/** One prompt of a completion request. */
public sealed interface Prompt {
    record Text(String text) implements Prompt {
        @Override
        public String toString() {
            return "Text[%d characters]".formatted(text.length());
        }
    }

    record Tokens(List<Integer> ids) implements Prompt {
        public Tokens {
            ids = List.copyOf(ids);
        }

        @Override
        public String toString() {
            return "Tokens[%d]".formatted(ids.size());
        }
    }
}
