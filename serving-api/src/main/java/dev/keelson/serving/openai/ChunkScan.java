package dev.keelson.serving.openai;

/**
 * Reads the few facts of a response or stream chunk that routing needs, in one pass over its bytes
 * and without building anything: a proxy does this for every token. NOT thread-safe; one instance
 * may scan many chunks.
 *
 * <p>It walks JSON strings properly, so that text which looks like a field is not mistaken for one.
 */
public final class ChunkScan {
    private byte[] bytes = {};
    private int end;
    private boolean text;
    private int finishes;
    private boolean error;
    private boolean done;
    private int promptTokens;
    private int completionTokens;

    /** Scans {@code buffer[from, to)}: a JSON document, or [DONE]. */
    public void scan(byte[] buffer, int from, int to) {
        bytes = buffer;
        end = to;
        text = false;
        finishes = 0;
        error = false;
        done = false;
        promptTokens = -1;
        completionTokens = -1;
        if (to - from >= 6 && buffer[from] == '[' && buffer[from + 1] == 'D') {
            done = true;
            return;
        }
        for (int i = from; i < to; i++) {
            if (buffer[i] == '"') {
                int close = closingQuote(i + 1);
                int value = valueAfter(close + 1);
                if (value > 0) {
                    field(i + 1, close - i - 1, value);
                    i = value - 1;
                } else {
                    i = close;
                }
            }
        }
    }

    /** Does it hold text, that is, at least one token that a person sees (or a tool call)? */
    public boolean hasText() {
        return text;
    }

    /** Does a choice have its finish_reason? */
    public boolean isFinished() {
        return finishes > 0;
    }

    /** How many choices end with it. */
    public int finishes() {
        return finishes;
    }

    /** Is it an error object? */
    public boolean isError() {
        return error;
    }

    /** Is it [DONE]? */
    public boolean isDone() {
        return done;
    }

    /** usage.prompt_tokens, or -1. */
    public int promptTokens() {
        return promptTokens;
    }

    /** usage.completion_tokens, or -1. */
    public int completionTokens() {
        return completionTokens;
    }

    private int closingQuote(int at) {
        int i = at;
        while (i < end && bytes[i] != '"') {
            i += bytes[i] == '\\' ? 2 : 1;
        }
        return Math.min(i, end);
    }

    private int valueAfter(int at) {
        int i = skipSpace(at);
        return i < end && bytes[i] == ':' ? skipSpace(i + 1) : -1;
    }

    private int skipSpace(int at) {
        int i = at;
        while (i < end
                && (bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\t')) {
            i++;
        }
        return i;
    }

    private void field(int at, int length, int value) {
        if (value >= end) {
            return;
        }
        switch (length) {
            case 4 -> text |= is(at, "text") && isText(value);
            case 5 -> error |= is(at, "error") && bytes[value] != 'n';
            case 7 -> text |= is(at, "content") && isText(value);
            case 10 ->
                    text |=
                            is(at, "tool_calls")
                                    && bytes[value] == '['
                                    && bytes[skipSpace(value + 1)] != ']';
            case 13 -> {
                if (is(at, "finish_reason") && bytes[value] == '"') {
                    finishes++;
                }
                if (is(at, "prompt_tokens")) {
                    promptTokens = number(value);
                }
            }
            case 17 -> {
                text |= is(at, "reasoning_content") && isText(value);
                if (is(at, "completion_tokens")) {
                    completionTokens = number(value);
                }
            }
            default -> {}
        }
    }

    private boolean isText(int value) {
        return bytes[value] == '"' && value + 1 < end && bytes[value + 1] != '"';
    }

    private boolean is(int at, String name) {
        for (int i = 0; i < name.length(); i++) {
            if (bytes[at + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private int number(int at) {
        long number = 0;
        int i = at;
        while (i < end && bytes[i] >= '0' && bytes[i] <= '9' && number < Integer.MAX_VALUE) {
            number = number * 10 + bytes[i] - '0';
            i++;
        }
        return i == at || number > Integer.MAX_VALUE ? -1 : (int) number;
    }
}
