package dev.keelson.runtime.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into text, and the tokens of its blocks. As transformers sets Jinja: the first
 * line break after a block is dropped ({@code trim_blocks}) and the blanks before it at the
 * beginning of a line too ({@code lstrip_blocks}).
 */
final class Lexer {
    /** What a token is. */
    enum Kind {
        TEXT,
        PRINT,
        BLOCK,
        CLOSE,
        NAME,
        STRING,
        NUMBER,
        SYMBOL,
        END
    }

    /** One token; {@code text} without quotes and escapes. */
    record Token(Kind kind, String text, int line) {
        boolean is(Kind wanted, String wantedText) {
            return kind == wanted && text.equals(wantedText);
        }
    }

    private static final Pattern TOKEN =
            Pattern.compile(
                    "\\s*(?:(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<number>\\d+(?:\\.\\d+)?)"
                            + "|(?<string>'(?:[^'\\\\]|\\\\.)*+'|\"(?:[^\"\\\\]|\\\\.)*+\")"
                            + "|(?<symbol>==|!=|<=|>=|//|\\*\\*|[-+*/%~<>=.,:|()\\[\\]{}]))",
                    Pattern.DOTALL);

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private boolean keepsBreak;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String template) throws TemplateException {
        // As Jinja reads files: one kind of line end, and none at the very end.
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        var lexer =
                new Lexer(
                        source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
        lexer.run();
        return lexer.tokens;
    }

    private void run() throws TemplateException {
        boolean strip = false;
        boolean afterBlock = false;
        while (at < source.length()) {
            int open = nextOpen();
            String text = source.substring(at, open);
            if (strip) {
                text = text.stripLeading();
            } else if (afterBlock && text.startsWith("\n")) {
                text = text.substring(1);
            }
            if (open == source.length()) {
                add(Kind.TEXT, text);
                break;
            }
            char kind = source.charAt(open + 1);
            char sign = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
            add(Kind.TEXT, trimmedBefore(text, kind, sign, open));
            countLines(at, open);
            at = open + (sign == '-' || sign == '+' ? 3 : 2);
            strip = kind == '#' ? comment() : block(kind);
            afterBlock = kind != '{' && !keepsBreak;
        }
        tokens.add(new Token(Kind.END, "", line));
    }

    private int nextOpen() {
        for (int i = source.indexOf('{', at);
                i >= 0 && i + 1 < source.length();
                i = source.indexOf('{', i + 1)) {
            if ("{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return source.length();
    }

    private String trimmedBefore(String text, char kind, char sign, int open) {
        if (sign == '-') {
            return text.stripTrailing();
        }
        if (kind == '{' || sign == '+') {
            return text;
        }
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\t')) {
            end--;
        }
        // Blanks from the beginning of the line on; a block before them on the line keeps them.
        boolean lineStart =
                end > 0 ? text.charAt(end - 1) == '\n' : startsLine(open - text.length());
        return lineStart ? text.substring(0, end) : text;
    }

    private boolean startsLine(int index) {
        return index == 0 || source.charAt(index - 1) == '\n';
    }

    private boolean comment() throws TemplateException {
        int end = source.indexOf("#}", at);
        if (end < 0) {
            throw new TemplateException(line, "a comment does not end");
        }
        keepsBreak = false;
        boolean strip = end > at && source.charAt(end - 1) == '-';
        countLines(at, end);
        at = end + 2;
        return strip;
    }

    private boolean block(char kind) throws TemplateException {
        String close = kind == '{' ? "}}" : "%}";
        tokens.add(new Token(kind == '{' ? Kind.PRINT : Kind.BLOCK, "", line));
        Matcher matcher = TOKEN.matcher(source);
        int depth = 0;
        while (true) {
            int start = at;
            while (start < source.length() && Character.isWhitespace(source.charAt(start))) {
                start++;
            }
            boolean minus = source.startsWith("-" + close, start);
            boolean plus = source.startsWith("+" + close, start);
            if (minus || plus || (depth == 0 && source.startsWith(close, start))) {
                countLines(at, start);
                at = start + close.length() + (minus || plus ? 1 : 0);
                keepsBreak = plus;
                tokens.add(new Token(Kind.CLOSE, "", line));
                return minus;
            }
            if (!matcher.region(at, source.length()).lookingAt()) {
                throw new TemplateException(line, "unexpected text in a block");
            }
            countLines(at, matcher.end());
            at = matcher.end();
            depth += token(matcher);
        }
    }

    private int token(Matcher m) {
        if (m.group("name") != null) {
            tokens.add(new Token(Kind.NAME, m.group("name"), line));
        } else if (m.group("number") != null) {
            tokens.add(new Token(Kind.NUMBER, m.group("number"), line));
        } else if (m.group("string") != null) {
            tokens.add(new Token(Kind.STRING, unescaped(m.group("string")), line));
        } else {
            String symbol = m.group("symbol");
            tokens.add(new Token(Kind.SYMBOL, symbol, line));
            return "{".equals(symbol) ? 1 : "}".equals(symbol) ? -1 : 0;
        }
        return 0;
    }

    private static String unescaped(String quoted) {
        var text = new StringBuilder(quoted.length());
        for (int i = 1; i < quoted.length() - 1; i++) {
            char c = quoted.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char escaped = quoted.charAt(++i);
            switch (escaped) {
                case 'n' -> text.append('\n');
                case 't' -> text.append('\t');
                case 'r' -> text.append('\r');
                case '\\', '\'', '"' -> text.append(escaped);
                case 'u' -> {
                    String hex = quoted.substring(i + 1, Math.min(i + 5, quoted.length() - 1));
                    if (hex.matches("[0-9a-fA-F]{4}")) {
                        text.append((char) Integer.parseInt(hex, 16));
                        i += 4;
                    } else {
                        text.append("\\u");
                    }
                }
                default -> text.append('\\').append(escaped);
            }
        }
        return text.toString();
    }

    private void add(Kind kind, String text) {
        if (!text.isEmpty()) {
            tokens.add(new Token(kind, text, line));
        }
    }

    private void countLines(int from, int to) {
        for (int i = from; i < to; i++) {
            line += source.charAt(i) == '\n' ? 1 : 0;
        }
    }

    /** A token for a message. */
    static String shown(Token token) {
        return token.text().isEmpty()
                ? token.kind().name().toLowerCase(Locale.ROOT)
                : "'" + token.text() + "'";
    }
}
