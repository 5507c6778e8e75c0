package dev.keelson.runtime.weights;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** A matrix of a block that an adapter may add to, under its name in the Hugging Face layout. */
public enum Projection {
    QUERY("self_attn.q_proj"),
    KEY("self_attn.k_proj"),
    VALUE("self_attn.v_proj"),
    OUTPUT("self_attn.o_proj"),
    GATE("mlp.gate_proj"),
    UP("mlp.up_proj"),
    DOWN("mlp.down_proj");

    private final String path;

    Projection(String path) {
        this.path = path;
    }

    /** Its place inside a layer, such as {@code self_attn.q_proj}. */
    public String path() {
        return path;
    }

    /** Its own name, such as {@code q_proj}. */
    public String wire() {
        return path.substring(path.indexOf('.') + 1);
    }

    /** Width of what it reads. */
    public int inputs(LlamaConfig c) {
        return switch (this) {
            case QUERY, KEY, VALUE, GATE, UP -> c.hidden();
            case OUTPUT -> c.queryWidth();
            case DOWN -> c.feedForward();
        };
    }

    /** Width of what it gives. */
    public int outputs(LlamaConfig c) {
        return switch (this) {
            case QUERY -> c.queryWidth();
            case KEY, VALUE -> c.keyWidth();
            case OUTPUT, DOWN -> c.hidden();
            case GATE, UP -> c.feedForward();
        };
    }

    /** The projection of that name. */
    static Optional<Projection> of(String wire) {
        return Arrays.stream(values()).filter(p -> p.wire().equals(wire)).findFirst();
    }

    /** All names, for a message. */
    static String names() {
        return Arrays.stream(values()).map(Projection::wire).collect(Collectors.joining(", "));
    }
}
