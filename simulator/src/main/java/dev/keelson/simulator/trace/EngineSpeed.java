package dev.keelson.simulator.trace;

/** What one replica's engine can do, for policies and sizing that were given its measurements. */
public interface EngineSpeed {
    /** Seconds to prefill a prompt alone, in chunks. */
    double prefillSeconds(double promptTokens);

    /** Seconds of a step in which only so many requests decode, with that context together. */
    double decodeSeconds(int decodes, double kvTokens);

    /** Engine time that each prompt token costs in a full step. */
    double secondsPerPromptToken();
}
