package dev.keelson.runtime.jinja;

import dev.keelson.runtime.jinja.Expression.Arguments;
import dev.keelson.runtime.jinja.Lexer.Kind;
import dev.keelson.runtime.jinja.Lexer.Token;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Expressions by recursive descent, with Jinja's precedences. */
class ExpressionParser {
    private static final int DEEPEST = 100;
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", ">", "<=", ">=");

    private final List<Token> tokens;
    private int at;
    private int depth;

    ExpressionParser(List<Token> tokens) {
        this.tokens = tokens;
    }

    final Token peek() {
        return tokens.get(at);
    }

    final Token next() {
        Token token = tokens.get(at);
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    final boolean symbol(String text) {
        return take(Kind.SYMBOL, text);
    }

    final boolean word(String text) {
        return take(Kind.NAME, text);
    }

    private boolean take(Kind kind, String text) {
        boolean hit = peek().is(kind, text);
        if (hit) {
            next();
        }
        return hit;
    }

    final void expect(String symbol) throws TemplateException {
        if (!symbol(symbol)) {
            throw unexpected(symbol);
        }
    }

    final String name() throws TemplateException {
        if (peek().kind() != Kind.NAME) {
            throw unexpected("a name");
        }
        return next().text();
    }

    final TemplateException unexpected(String wanted) {
        return new TemplateException(
                peek().line(), Lexer.shown(peek()) + " where " + wanted + " was expected");
    }

    /** Counts nesting: a template from outside must not end the process's stack. */
    final void enter() throws TemplateException {
        if (++depth > DEEPEST) {
            throw new TemplateException(peek().line(), "nested deeper than " + DEEPEST);
        }
    }

    final void leave() {
        depth--;
    }

    /** {@code a if b else c} and everything that binds tighter. */
    final Expression expression() throws TemplateException {
        enter();
        Expression value = either();
        while (word("if")) {
            Expression condition = either();
            value = new Expression.Choice(condition, value, word("else") ? expression() : null);
        }
        leave();
        return value;
    }

    /** Without {@code if}, which begins a loop's filter. */
    final Expression either() throws TemplateException {
        Expression left = both();
        while (word("or")) {
            left = new Expression.Either(left, both());
        }
        return left;
    }

    private Expression both() throws TemplateException {
        Expression left = negation();
        while (word("and")) {
            left = new Expression.Both(left, negation());
        }
        return left;
    }

    private Expression negation() throws TemplateException {
        enter();
        Expression value = word("not") ? new Expression.Not(negation()) : comparison();
        leave();
        return value;
    }

    private Expression comparison() throws TemplateException {
        Expression left = sum();
        while (true) {
            Token token = peek();
            if (token.kind() == Kind.SYMBOL && COMPARISONS.contains(token.text())) {
                left = new Expression.Binary(next().text(), left, sum());
            } else if (word("in")) {
                left = new Expression.Binary("in", left, sum());
            } else if (token.is(Kind.NAME, "not") && tokens.get(at + 1).is(Kind.NAME, "in")) {
                next();
                next();
                left = new Expression.Not(new Expression.Binary("in", left, sum()));
            } else {
                return left;
            }
        }
    }

    private Expression sum() throws TemplateException {
        Expression left = joined();
        while (peek().is(Kind.SYMBOL, "+") || peek().is(Kind.SYMBOL, "-")) {
            left = new Expression.Binary(next().text(), left, joined());
        }
        return left;
    }

    private Expression joined() throws TemplateException {
        Expression left = product();
        while (symbol("~")) {
            left = new Expression.Binary("~", left, product());
        }
        return left;
    }

    private Expression product() throws TemplateException {
        Expression left = unary();
        while (peek().kind() == Kind.SYMBOL
                && Set.of("*", "/", "//", "%", "**").contains(peek().text())) {
            left = new Expression.Binary(next().text(), left, unary());
        }
        return left;
    }

    private Expression unary() throws TemplateException {
        enter();
        Expression value;
        if (symbol("-")) {
            value = new Expression.Negative(unary());
        } else if (symbol("+")) {
            value = unary();
        } else {
            value = filtered(postfix(primary()));
        }
        leave();
        return value;
    }

    private Expression postfix(Expression object) throws TemplateException {
        Expression value = object;
        while (true) {
            if (symbol(".")) {
                String item = peek().kind() == Kind.NUMBER ? next().text() : name();
                value = new Expression.Item(value, new Expression.Literal(item));
            } else if (symbol("[")) {
                value = subscript(value);
            } else if (peek().is(Kind.SYMBOL, "(")) {
                value = new Expression.Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    private Expression filtered(Expression object) throws TemplateException {
        Expression value = object;
        while (true) {
            if (symbol("|")) {
                value = new Expression.Filter(value, name(), optionalArguments());
            } else if (word("is")) {
                boolean not = word("not");
                Expression test = new Expression.Test(value, name(), testArguments());
                value = not ? new Expression.Not(test) : test;
            } else if (peek().is(Kind.SYMBOL, "(")) {
                value = new Expression.Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    private Expression subscript(Expression object) throws TemplateException {
        List<@Nullable Expression> parts = new ArrayList<>();
        parts.add(peek().is(Kind.SYMBOL, ":") ? null : expression());
        while (symbol(":")) {
            boolean empty = peek().is(Kind.SYMBOL, ":") || peek().is(Kind.SYMBOL, "]");
            parts.add(empty ? null : expression());
        }
        expect("]");
        Expression first = parts.getFirst();
        if (parts.size() == 1 && first != null) {
            return new Expression.Item(object, first);
        }
        return new Expression.Slice(
                object, first, parts.get(1), parts.size() > 2 ? parts.get(2) : null);
    }

    private Arguments optionalArguments() throws TemplateException {
        return peek().is(Kind.SYMBOL, "(") ? arguments() : Arguments.NONE;
    }

    /** A test's argument may stand without parentheses: {@code is divisibleby 3}. */
    private Arguments testArguments() throws TemplateException {
        Kind kind = peek().kind();
        boolean value =
                kind == Kind.STRING
                        || kind == Kind.NUMBER
                        || peek().is(Kind.SYMBOL, "[")
                        || (kind == Kind.NAME
                                && !Set.of("and", "or", "if", "else", "is", "in", "not")
                                        .contains(peek().text()));
        return value ? new Arguments(List.of(postfix(primary())), Map.of()) : optionalArguments();
    }

    final Arguments arguments() throws TemplateException {
        expect("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!symbol(")")) {
            if (peek().kind() == Kind.NAME && tokens.get(at + 1).is(Kind.SYMBOL, "=")) {
                String name = name();
                expect("=");
                named.put(name, expression());
            } else {
                positional.add(expression());
            }
            if (!symbol(",") && !peek().is(Kind.SYMBOL, ")")) {
                throw unexpected("',' or ')'");
            }
        }
        return new Arguments(positional, named);
    }

    private Expression primary() throws TemplateException {
        Kind kind = peek().kind();
        if (kind == Kind.STRING) {
            return texts();
        }
        if (kind == Kind.NUMBER) {
            return new Expression.Literal(number(next()));
        }
        if (kind == Kind.NAME) {
            return named(next().text());
        }
        if (symbol("(")) {
            return parenthesised();
        }
        if (symbol("[")) {
            return new Expression.ListOf(items("]"));
        }
        if (symbol("{")) {
            return map();
        }
        throw unexpected("a value");
    }

    /** Texts side by side are one. */
    private Expression texts() {
        var text = new StringBuilder();
        while (peek().kind() == Kind.STRING) {
            text.append(next().text());
        }
        return new Expression.Literal(text.toString());
    }

    private static Object number(Token token) throws TemplateException {
        try {
            if (token.text().contains(".")) {
                return Double.valueOf(token.text());
            }
            return Long.valueOf(token.text());
        } catch (NumberFormatException e) {
            throw new TemplateException(token.line(), token.text() + " is too large");
        }
    }

    private static Expression named(String name) {
        return switch (name) {
            case "true", "True" -> new Expression.Literal(true);
            case "false", "False" -> new Expression.Literal(false);
            case "none", "None" -> new Expression.Literal(Values.NONE);
            default -> new Expression.Name(name);
        };
    }

    private Expression parenthesised() throws TemplateException {
        if (symbol(")")) {
            return new Expression.ListOf(List.of());
        }
        Expression first = expression();
        if (symbol(")")) {
            return first;
        }
        expect(",");
        List<Expression> items = new ArrayList<>(List.of(first));
        items.addAll(items(")"));
        return new Expression.ListOf(items);
    }

    private List<Expression> items(String close) throws TemplateException {
        List<Expression> items = new ArrayList<>();
        while (!symbol(close)) {
            items.add(expression());
            if (!symbol(",") && !peek().is(Kind.SYMBOL, close)) {
                throw unexpected("',' or '" + close + "'");
            }
        }
        return items;
    }

    private Expression map() throws TemplateException {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!symbol("}")) {
            keys.add(expression());
            expect(":");
            values.add(expression());
            if (!symbol(",") && !peek().is(Kind.SYMBOL, "}")) {
                throw unexpected("',' or '}'");
            }
        }
        return new Expression.MapOf(keys, values);
    }
}
