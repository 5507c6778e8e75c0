package dev.keelson.runtime.engine;

import dev.keelson.runtime.weights.LoraAdapter;

/** An adapter in memory; equal only to itself. */
public final class Adapter {
    private final String name;
    private final LoraAdapter weights;

    /**
     * @param name in the OpenAI API
     */
    public Adapter(String name, LoraAdapter weights) {
        this.name = name;
        this.weights = weights;
    }

    /** Its name in the OpenAI API. */
    public String name() {
        return name;
    }

    /** Its numbers. */
    public LoraAdapter weights() {
        return weights;
    }

    @Override
    public String toString() {
        return name;
    }
}
