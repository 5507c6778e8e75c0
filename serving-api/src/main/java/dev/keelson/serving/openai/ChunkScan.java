package dev.keelson.serving.openai;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the few facts of a response or stream chunk that routing needs, in one pass over its bytes
 * and without building anything: a proxy does this for every token. NOT thread-safe; one instance
 * may scan many chunks.
 *
 * <p>It walks JSON strings properly, so that text which looks like a field is not mistaken for one.
 */
public final class ChunkScan {
    private static final String TOKEN_IDS = "token_ids";
    private static final String PROMPT_IDS = "prompt_token_ids";

    private byte[] bytes = {};
    private int end;
    private boolean text;
    private boolean aside;
    private int finishes;
    private boolean error;
    private boolean done;
    private int promptTokens;
    private int completionTokens;
    private int idFrom;
    private int idTo;
    private int created;
    private int tokensFrom;
    private int tokensTo;
    private int promptIdsFrom;
    private int promptIdsTo;

    /** Scans {@code buffer[from, to)}: a JSON document, or [DONE]. */
    public void scan(byte[] buffer, int from, int to) {
        bytes = buffer;
        end = to;
        text = false;
        aside = false;
        finishes = 0;
        error = false;
        done = false;
        promptTokens = -1;
        completionTokens = -1;
        idFrom = -1;
        created = -1;
        tokensFrom = -1;
        promptIdsFrom = -1;
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

    /**
     * Is some of that the model's reasoning or a tool call, which a completion does not tell apart?
     */
    public boolean hasAside() {
        return aside;
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

    /** The first id, as text: the response's own; null if there is none. */
    public @Nullable String id() {
        return idFrom < 0 ? null : new String(bytes, idFrom, idTo - idFrom, StandardCharsets.UTF_8);
    }

    /** created in epoch seconds, or -1. */
    public int created() {
        return created;
    }

    /** Gives each of a choice's token_ids, in order. */
    public void forEachTokenId(IntConsumer each) {
        if (tokensFrom >= 0) {
            forEachNumber(bytes, tokensFrom, tokensTo, each);
        }
    }

    /** prompt_token_ids as they are written; null if there are none. */
    public byte @Nullable [] promptTokenIds() {
        return promptIdsFrom < 0 ? null : Arrays.copyOfRange(bytes, promptIdsFrom, promptIdsTo);
    }

    /** The numbers of such a list. */
    public static int[] tokenIds(byte[] list) {
        IntStream.Builder ids = IntStream.builder();
        forEachNumber(list, 0, list.length, ids);
        return ids.build().toArray();
    }

    private static void forEachNumber(byte[] bytes, int from, int to, IntConsumer each) {
        int at = from;
        while (at < to) {
            if (isDigit(bytes[at])) {
                each.accept(number(bytes, at, to));
                while (at < to && isDigit(bytes[at])) {
                    at++;
                }
            } else {
                at++;
            }
        }
    }

    /**
     * Copies the chunk without its token_ids and prompt_token_ids, which a client did not ask for.
     *
     * @param into has room for the whole chunk from {@code at} on
     * @return the position after the copy
     */
    public int copyWithoutTokenIds(byte[] buffer, int from, int to, byte[] into, int at) {
        boolean promptFirst = promptIdsFrom >= 0 && (tokensFrom < 0 || promptIdsFrom < tokensFrom);
        int read = from;
        int write = at;
        for (int i = 0; i < 2; i++) {
            boolean prompt = (i == 0) == promptFirst;
            int list = prompt ? promptIdsFrom : tokensFrom;
            if (list >= 0) {
                int cut = commaBefore(list, from);
                System.arraycopy(buffer, read, into, write, cut - read);
                write += cut - read;
                read = cut == list ? list : prompt ? promptIdsTo : tokensTo;
            }
        }
        System.arraycopy(buffer, read, into, write, to - read);
        return write + to - read;
    }

    // The comma before the field whose value starts at list. A first field has none: it stays.
    private int commaBefore(int list, int from) {
        int i = list;
        while (i > from && bytes[i] != ',' && bytes[i] != '{') {
            i--;
        }
        return bytes[i] == ',' ? i : list;
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
            case 2 -> {
                if (idFrom < 0 && is(at, "id") && bytes[value] == '"') {
                    idFrom = value + 1;
                    idTo = closingQuote(idFrom);
                }
            }
            case 4 -> text |= is(at, "text") && isText(value);
            // Not a number: a token of that text may be a key among logprobs.
            case 5 -> error |= is(at, "error") && (bytes[value] == '{' || bytes[value] == '"');
            case 7 -> {
                text |= is(at, "content") && isText(value);
                if (is(at, "created")) {
                    created = number(value);
                }
            }
            case 9 -> {
                if (is(at, TOKEN_IDS) && bytes[value] == '[') {
                    tokensFrom = value;
                    tokensTo = listEnd(value);
                }
                aside(is(at, "reasoning") && isText(value));
            }
            case 10 ->
                    aside(
                            is(at, "tool_calls")
                                    && bytes[value] == '['
                                    && bytes[skipSpace(value + 1)] != ']');
            case 13 -> {
                if (is(at, "finish_reason") && bytes[value] == '"') {
                    finishes++;
                }
                if (is(at, "prompt_tokens")) {
                    promptTokens = number(value);
                }
            }
            case 16 -> {
                if (is(at, PROMPT_IDS) && bytes[value] == '[') {
                    promptIdsFrom = value;
                    promptIdsTo = listEnd(value);
                }
            }
            case 17 -> {
                aside(is(at, "reasoning_content") && isText(value));
                if (is(at, "completion_tokens")) {
                    completionTokens = number(value);
                }
            }
            default -> {}
        }
    }

    private void aside(boolean found) {
        text |= found;
        aside |= found;
    }

    private int listEnd(int at) {
        int i = at;
        while (i < end && bytes[i] != ']') {
            i++;
        }
        return Math.min(i + 1, end);
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
        return number(bytes, at, end);
    }

    private static int number(byte[] bytes, int at, int end) {
        long number = 0;
        int i = at;
        while (i < end && isDigit(bytes[i]) && number < Integer.MAX_VALUE) {
            number = number * 10 + bytes[i] - '0';
            i++;
        }
        return i == at || number > Integer.MAX_VALUE ? -1 : (int) number;
    }

    private static boolean isDigit(byte character) {
        return character >= '0' && character <= '9';
    }
}
