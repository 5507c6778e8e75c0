package dev.keelson.forecaster.learned.registry;

import java.util.Optional;

/** What a model file holds. */
public enum ModelKind {
    /** A recurrent network and its context: {@code DeepAr}. */
    DEEP_AR(1),
    /** Regression trees: {@code Forest}. */
    FOREST(2),
    /** Coefficients of an autoregression. */
    AUTOREGRESSION(3),
    /** Support points and weights of a Gaussian process. */
    GAUSSIAN_PROCESS(4);

    private final int code;

    ModelKind(int code) {
        this.code = code;
    }

    /** The number in files; never used again for another kind. */
    public int code() {
        return code;
    }

    /** The kind of that number. */
    public static Optional<ModelKind> of(int code) {
        for (ModelKind kind : values()) {
            if (kind.code == code) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
