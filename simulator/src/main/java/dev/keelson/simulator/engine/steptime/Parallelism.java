package dev.keelson.simulator.engine.steptime;

/**
 * How a model is cut.
 *
 * @param tensor ranks that share every layer
 * @param data copies that step together
 * @param expert ranks that share the experts; 1 when each copy holds them all
 */
public record Parallelism(int tensor, int data, int expert) {
    /** One rank. */
    public static final Parallelism NONE = new Parallelism(1, 1, 1);

    public Parallelism {
        if (tensor < 1 || data < 1 || expert < 1) {
            throw new IllegalArgumentException(
                    "Tensor (%d), data (%d) and expert (%d) parallelism must be at least 1."
                            .formatted(tensor, data, expert));
        }
    }
}
