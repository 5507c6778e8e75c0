package dev.keelson.runtime.jinja;

import dev.keelson.runtime.jinja.Lexer.Kind;
import dev.keelson.runtime.jinja.Lexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Statements: what stands between {@code {%} and {@code %}}, and the text around it. */
final class Parser extends ExpressionParser {
    private Parser(List<Token> tokens) {
        super(tokens);
    }

    static List<Statement> parse(String template) throws TemplateException {
        var parser = new Parser(Lexer.tokens(template));
        List<Statement> body = parser.body(Set.of());
        if (parser.peek().kind() != Kind.END) {
            throw parser.unexpected("the template's end");
        }
        return body;
    }

    /**
     * Statements up to a block that begins with one of {@code ends}; its name is the next token.
     */
    private List<Statement> body(Set<String> ends) throws TemplateException {
        enter();
        List<Statement> statements = new ArrayList<>();
        while (true) {
            Token token = next();
            switch (token.kind()) {
                case TEXT -> statements.add(new Statement.Text(token.text()));
                case PRINT -> {
                    statements.add(new Statement.Print(expression(), token.line()));
                    close();
                }
                case BLOCK -> {
                    if (ends.contains(peek().text())) {
                        leave();
                        return statements;
                    }
                    statements.add(block(token.line()));
                }
                default -> {
                    if (!ends.isEmpty()) {
                        throw new TemplateException(
                                token.line(), "a block does not end; expected " + ends);
                    }
                    leave();
                    return statements;
                }
            }
        }
    }

    private void close() throws TemplateException {
        if (next().kind() != Kind.CLOSE) {
            throw unexpected("the block's end");
        }
    }

    private Statement block(int line) throws TemplateException {
        String word = name();
        return switch (word) {
            case "if" -> conditional(line);
            case "for" -> loop(line);
            case "set" -> assign(line);
            case "macro" -> macro();
            case "generation" -> {
                close();
                List<Statement> body = body(Set.of("endgeneration"));
                end();
                yield new Statement.Block(body);
            }
            case "break" -> {
                close();
                yield new Statement.Break();
            }
            case "continue" -> {
                close();
                yield new Statement.Continue();
            }
            default -> throw new TemplateException(line, "the block " + word + " is not known");
        };
    }

    /** The name of a closing block, and its end. */
    private void end() throws TemplateException {
        next();
        close();
    }

    private Statement conditional(int line) throws TemplateException {
        List<Statement.Branch> branches = new ArrayList<>();
        List<Statement> otherwise = List.of();
        do {
            Expression condition = expression();
            close();
            branches.add(new Statement.Branch(condition, body(Set.of("elif", "else", "endif"))));
        } while (word("elif"));
        if (word("else")) {
            close();
            otherwise = body(Set.of("endif"));
        }
        end();
        return new Statement.If(branches, otherwise, line);
    }

    private Statement loop(int line) throws TemplateException {
        List<String> targets = targets();
        if (!word("in")) {
            throw unexpected("in");
        }
        Expression values = either();
        @Nullable Expression condition = word("if") ? expression() : null;
        close();
        List<Statement> body = body(Set.of("else", "endfor"));
        List<Statement> otherwise = List.of();
        if (word("else")) {
            close();
            otherwise = body(Set.of("endfor"));
        }
        end();
        return new Statement.For(targets, values, condition, body, otherwise, line);
    }

    private List<String> targets() throws TemplateException {
        boolean parenthesised = symbol("(");
        List<String> targets = new ArrayList<>(List.of(name()));
        while (symbol(",")) {
            targets.add(name());
        }
        if (parenthesised) {
            expect(")");
        }
        return targets;
    }

    private Statement assign(int line) throws TemplateException {
        List<String> targets = targets();
        @Nullable String attribute = symbol(".") ? name() : null;
        if (symbol("=")) {
            Expression value = expression();
            if (peek().is(Kind.SYMBOL, ",")) {
                List<Expression> items = new ArrayList<>(List.of(value));
                while (symbol(",")) {
                    items.add(expression());
                }
                value = new Expression.ListOf(items);
            }
            close();
            return new Statement.Assign(targets, attribute, value, List.of(), line);
        }
        close();
        List<Statement> body = body(Set.of("endset"));
        end();
        return new Statement.Assign(targets, attribute, null, body, line);
    }

    private Statement macro() throws TemplateException {
        String name = name();
        List<String> parameters = new ArrayList<>();
        List<@Nullable Expression> defaults = new ArrayList<>();
        expect("(");
        while (!symbol(")")) {
            parameters.add(name());
            defaults.add(symbol("=") ? expression() : null);
            if (!symbol(",") && !peek().is(Kind.SYMBOL, ")")) {
                throw unexpected("',' or ')'");
            }
        }
        close();
        List<Statement> body = body(Set.of("endmacro"));
        end();
        return new Statement.Macro(name, parameters, defaults, body);
    }
}
