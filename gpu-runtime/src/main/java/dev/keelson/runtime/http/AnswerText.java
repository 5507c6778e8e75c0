package dev.keelson.runtime.http;

import dev.keelson.runtime.tokenizer.BpeTokenizer;
import dev.keelson.runtime.tokenizer.TextAssembler;
import java.util.List;

/** The text of one choice as its tokens come; holds back what may be the start of a stop text. */
final class AnswerText {
    private final TextAssembler assembler;
    private final List<String> stops;
    private String held = "";

    AnswerText(BpeTokenizer tokenizer, List<String> stops) {
        assembler = new TextAssembler(tokenizer);
        this.stops = stops;
    }

    /**
     * Text that may be sent now.
     *
     * @param last whether this is the choice's last token
     */
    String add(int token, boolean last) {
        String text = held + assembler.add(token) + (last ? assembler.finish() : "");
        int stop = firstStop(text);
        if (stop >= 0) {
            held = "";
            return text.substring(0, stop);
        }
        int keep = last ? 0 : possibleStart(text);
        held = text.substring(text.length() - keep);
        return text.substring(0, text.length() - keep);
    }

    /** What is still held back, once it is known that no token follows. */
    String end() {
        String text = held + assembler.finish();
        int stop = firstStop(text);
        held = "";
        return stop >= 0 ? text.substring(0, stop) : text;
    }

    private int firstStop(String text) {
        return stops.stream().mapToInt(text::indexOf).filter(at -> at >= 0).min().orElse(-1);
    }

    /** Length of the longest end of {@code text} with which a stop text begins. */
    private int possibleStart(String text) {
        int longest = 0;
        for (String stop : stops) {
            for (int n = Math.min(stop.length() - 1, text.length()); n > longest; n--) {
                if (text.endsWith(stop.substring(0, n))) {
                    longest = n;
                }
            }
        }
        return longest;
    }
}
