package dev.keelson.core.demand;

/**
 * How many prompt tokens take as much of a replica as one output token. By Little's law the places
 * that requests take are a sum of both kinds of work, {@code places = a x prompts + b x outputs}
 * (tokens per second): least squares over the last hour give b / a. A steady mix leaves the ratio
 * open, so the usual one holds it with the weight of a {@value #BELIEF} part of what was seen
 * (ridge regression; Hoerl and Kennard, Technometrics 12, 1970). Mutable; one thread.
 */
final class WorkRatio {
    /** Of the order of published engines, see the simulator's profiles. */
    static final double USUAL = 16;

    private static final double LEAST = 1;
    private static final double MOST = 256;
    private static final double BELIEF = 0.001;

    /** Share that a second keeps: half of it is from the last 40 minutes. */
    private static final double MEMORY = 0.9997;

    /** Prompts are in units of {@link #USUAL}, so that both kinds are of one size. */
    private double promptPrompt;

    private double promptOutput;
    private double outputOutput;
    private double promptPlaces;
    private double outputPlaces;

    /**
     * One second.
     *
     * @param places that were taken, as if each request had run alone
     * @param prompts tokens per second
     * @param outputs tokens per second
     */
    void observe(double places, double prompts, double outputs) {
        double usual = prompts / USUAL;
        promptPrompt = MEMORY * promptPrompt + usual * usual;
        promptOutput = MEMORY * promptOutput + usual * outputs;
        outputOutput = MEMORY * outputOutput + outputs * outputs;
        promptPlaces = MEMORY * promptPlaces + usual * places;
        outputPlaces = MEMORY * outputPlaces + outputs * places;
    }

    /** Prompt tokens for one output token. */
    double promptsPerOutput() {
        double belief = BELIEF * (promptPrompt + 2 * promptOutput + outputOutput);
        double p = promptPrompt + belief;
        double o = outputOutput + belief;
        double both = promptOutput - belief;
        // Cramer's rule; the determinant is positive and cancels in the ratio.
        double ofPrompts = promptPlaces * o - outputPlaces * both;
        double ofOutputs = outputPlaces * p - promptPlaces * both;
        if (belief <= 0 || (ofOutputs <= 0 && ofPrompts <= 0)) {
            return USUAL;
        }
        double ratio = ofPrompts <= 0 ? MOST : USUAL * ofOutputs / ofPrompts;
        return Math.max(LEAST, Math.min(MOST, ratio));
    }
}
