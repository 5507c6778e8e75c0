package dev.keelson.serving.metrics;

/** What an engine can tell about its load, whatever it calls it. */
public enum EngineMetric {
    /** Requests being computed now. */
    RUNNING(Kind.GAUGE),
    /** Requests accepted and waiting inside the engine. */
    WAITING(Kind.GAUGE),
    /** Share of the KV cache in use, 0 to 1. */
    KV_USE(Kind.RATIO),
    PROMPT_TOKENS(Kind.COUNTER),
    GENERATION_TOKENS(Kind.COUNTER),
    /** Steps of the model, by engines that count tokens only when a request ends. */
    STEPS(Kind.COUNTER),
    PREEMPTIONS(Kind.COUNTER),
    /** Prompt tokens looked up in the prefix cache. */
    PREFIX_QUERIES(Kind.COUNTER),
    /** Prompt tokens found in the prefix cache. */
    PREFIX_HITS(Kind.COUNTER),
    /** Requests that ended as their caller wanted. */
    SUCCEEDED(Kind.COUNTER),
    /** Requests that may be computed at once, as the engine is set now. */
    PLACES(Kind.GAUGE),
    /** Engines that let their model go until they are woken. */
    ASLEEP(Kind.GAUGE);

    private final Kind kind;

    EngineMetric(Kind kind) {
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    /** Which values make sense. */
    enum Kind {
        /** Any value from 0. */
        GAUGE,
        /** 0 to 1. */
        RATIO,
        /** From 0, never falling. */
        COUNTER;

        boolean accepts(double value) {
            return Double.isFinite(value) && value >= 0 && (this != RATIO || value <= 1);
        }
    }
}
