package dev.keelson.runtime.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a template as it was parsed. */
sealed interface Statement {
    record Text(String text) implements Statement {}

    record Print(Expression value, int line) implements Statement {}

    /** Conditions in order; the body of the first that holds is taken. */
    record If(List<Branch> branches, List<Statement> otherwise, int line) implements Statement {}

    record Branch(Expression condition, List<Statement> body) {}

    record For(
            List<String> targets,
            Expression values,
            @Nullable Expression condition,
            List<Statement> body,
            List<Statement> otherwise,
            int line)
            implements Statement {}

    /**
     * @param attribute of a namespace, or null
     * @param value null if the body is the value
     */
    record Assign(
            List<String> targets,
            @Nullable String attribute,
            @Nullable Expression value,
            List<Statement> body,
            int line)
            implements Statement {}

    record Macro(
            String name,
            List<String> parameters,
            List<@Nullable Expression> defaults,
            List<Statement> body)
            implements Statement {}

    record Break() implements Statement {}

    record Continue() implements Statement {}

    /** {@code {% generation %}}: a mark for training, without meaning here. */
    record Block(List<Statement> body) implements Statement {}
}
