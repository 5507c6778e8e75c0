package dev.keelson.runtime.jinja;

import dev.keelson.runtime.jinja.Values.Namespace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs a template's statements once. Single-writer. */
final class Renderer extends Evaluator {
    private static final int LONGEST_OUTPUT = 1 << 24;
    private static final int DEEPEST_CALL = 50;

    /** What ends a body before its last statement. */
    private enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    private StringBuilder out = new StringBuilder();
    private int depth;
    private int line;

    String render(List<Statement> body, Scope scope) throws TemplateException {
        try {
            run(body, scope);
            return out.toString();
        } catch (TemplateException e) {
            throw line == 0 ? e : new TemplateException(line, String.valueOf(e.getMessage()));
        }
    }

    private Flow run(List<Statement> body, Scope scope) throws TemplateException {
        for (Statement statement : body) {
            step();
            Flow flow =
                    switch (statement) {
                        case Statement.Text(String text) -> print(text);
                        case Statement.Print(Expression value, int at) -> {
                            line = at;
                            yield print(Values.text(value(value, scope)));
                        }
                        case Statement.If s -> conditional(s, scope);
                        case Statement.For s -> loop(s, scope);
                        case Statement.Assign s -> assign(s, scope);
                        case Statement.Macro s -> {
                            scope.set(s.name(), macro(s, scope));
                            yield Flow.ON;
                        }
                        case Statement.Block(List<Statement> inner) -> run(inner, scope);
                        case Statement.Break() -> Flow.BREAK;
                        case Statement.Continue() -> Flow.CONTINUE;
                    };
            if (flow != Flow.ON) {
                return flow;
            }
        }
        return Flow.ON;
    }

    private Flow print(String text) throws TemplateException {
        if (out.length() + (long) text.length() > LONGEST_OUTPUT) {
            throw new TemplateException("the output is longer than " + LONGEST_OUTPUT);
        }
        out.append(text);
        return Flow.ON;
    }

    private Flow conditional(Statement.If s, Scope scope) throws TemplateException {
        for (Statement.Branch branch : s.branches()) {
            line = s.line();
            if (Values.truth(value(branch.condition(), scope))) {
                return run(branch.body(), scope);
            }
        }
        return run(s.otherwise(), scope);
    }

    private Flow loop(Statement.For s, Scope scope) throws TemplateException {
        line = s.line();
        List<Object> values = new ArrayList<>();
        for (Object value : Values.elements(value(s.values(), scope))) {
            var inner = new Scope(scope);
            bind(s.targets(), value, inner);
            if (s.condition() == null || Values.truth(value(s.condition(), inner))) {
                values.add(value);
            }
        }
        for (int i = 0; i < values.size(); i++) {
            var inner = new Scope(scope);
            bind(s.targets(), values.get(i), inner);
            inner.set("loop", loopVariable(values, i));
            if (run(s.body(), inner) == Flow.BREAK) {
                return Flow.ON;
            }
        }
        return values.isEmpty() ? run(s.otherwise(), new Scope(scope)) : Flow.ON;
    }

    private static Map<String, Object> loopVariable(List<Object> values, int i) {
        Map<String, Object> loop = new LinkedHashMap<>();
        long n = values.size();
        loop.put("index0", (long) i);
        loop.put("index", i + 1L);
        loop.put("revindex0", n - 1 - i);
        loop.put("revindex", n - i);
        loop.put("first", i == 0);
        loop.put("last", i == n - 1);
        loop.put("length", n);
        if (i > 0) {
            loop.put("previtem", values.get(i - 1));
        }
        if (i + 1 < n) {
            loop.put("nextitem", values.get(i + 1));
        }
        Function cycle =
                (arguments, named) ->
                        arguments.isEmpty() ? "" : arguments.get(i % arguments.size());
        loop.put("cycle", cycle);
        return loop;
    }

    private static void bind(List<String> targets, Object value, Scope scope)
            throws TemplateException {
        if (targets.size() == 1) {
            scope.set(targets.getFirst(), value);
            return;
        }
        List<Object> parts = Values.elements(value);
        if (parts.size() != targets.size()) {
            throw new TemplateException(parts.size() + " values for " + targets.size() + " names");
        }
        for (int i = 0; i < targets.size(); i++) {
            scope.set(targets.get(i), parts.get(i));
        }
    }

    private Flow assign(Statement.Assign s, Scope scope) throws TemplateException {
        line = s.line();
        Expression expression = s.value();
        Object value = expression == null ? captured(s.body(), scope) : value(expression, scope);
        String attribute = s.attribute();
        if (attribute == null) {
            bind(s.targets(), value, scope);
        } else if (scope.get(s.targets().getFirst()) instanceof Namespace namespace) {
            namespace.attributes().put(attribute, value);
        } else {
            throw new TemplateException(s.targets().getFirst() + " is no namespace");
        }
        return Flow.ON;
    }

    private String captured(List<Statement> body, Scope scope) throws TemplateException {
        StringBuilder outer = out;
        out = new StringBuilder();
        try {
            run(body, new Scope(scope));
            return out.toString();
        } finally {
            out = outer;
        }
    }

    private Function macro(Statement.Macro m, Scope scope) {
        return (arguments, named) -> {
            if (++depth > DEEPEST_CALL) {
                throw new TemplateException("calls deeper than " + DEEPEST_CALL);
            }
            var inner = new Scope(scope);
            for (int i = 0; i < m.parameters().size(); i++) {
                String name = m.parameters().get(i);
                @Nullable Expression absent = m.defaults().get(i);
                Object given = i < arguments.size() ? arguments.get(i) : named.get(name);
                if (given == null) {
                    given = absent == null ? new Values.Undefined(name) : value(absent, inner);
                }
                inner.set(name, given);
            }
            String text = captured(m.body(), inner);
            depth--;
            return text;
        };
    }
}
