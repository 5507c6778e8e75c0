package dev.keelson.core.demand;

import org.jspecify.annotations.Nullable;

/**
 * What a replica can do, measured from what the replicas do. By Little's law the work of a second,
 * over the places (of maxSequences in each replica) that requests take meanwhile, is what one place
 * does. A batch makes its requests slower: at a use u of the places each takes 1 + (s - 1) u times
 * as long as alone. So a replica at its target use t does
 *
 * <pre>maxSequences x t / (1 + (s - 1) t) x mean(work x (1 + (s - 1) u)) / mean(places taken)
 * </pre>
 *
 * with means over the last few minutes. How many prompt tokens count as one output token is learned
 * on the way ({@link WorkRatio}): for a steady mix of work it does not matter, since the same mix
 * was measured. Mutable; one thread.
 */
public final class MeasuredCapacity {
    /** Share that a second keeps in the means: half of it is from the last two minutes. */
    private static final double MEMORY = 0.994;

    /** Fewer finished requests say nothing. */
    private static final double ENOUGH = 20;

    private final WorkRatio ratio = new WorkRatio();
    private double prompted;
    private double generated;
    private double places;
    private double finished;
    private double outputs;
    private double requests;

    /**
     * What was there in one second.
     *
     * @param inFlight requests at replicas
     * @param promptTokens to compute, per second
     * @param outputTokens generated, per second
     * @param completions per second
     * @param ready replicas
     */
    public record Second(
            double inFlight,
            double promptTokens,
            double outputTokens,
            double completions,
            int ready) {}

    /**
     * The batching of a replica.
     *
     * @param maxSequences places of a replica
     * @param targetUse share of them that is meant to be taken
     * @param fullSlowdown time of a request at a full replica over its time alone
     */
    public record Batching(int maxSequences, double targetUse, double fullSlowdown) {
        private double slowed(double use) {
            return 1 + (fullSlowdown - 1) * use;
        }
    }

    /** Takes one second into the means; one without a replica or a request says nothing. */
    public void observe(Second second, Batching batching) {
        outputs = MEMORY * outputs + second.outputTokens();
        requests = MEMORY * requests + second.completions();
        double there = (double) second.ready() * batching.maxSequences();
        double taken = Math.min(second.inFlight(), there);
        if (taken <= 0) {
            return;
        }
        double slowed = batching.slowed(taken / there);
        ratio.observe(taken / slowed, second.promptTokens(), second.outputTokens());
        prompted = MEMORY * prompted + second.promptTokens() * slowed;
        generated = MEMORY * generated + second.outputTokens() * slowed;
        places = MEMORY * places + taken;
        finished += second.completions();
    }

    /** Mean output tokens of the requests that finished of late; null while none has. */
    public @Nullable Double outputsPerRequest() {
        return requests <= 0 ? null : Double.valueOf(outputs / requests);
    }

    /** Of one replica; null until enough requests have finished. */
    public @Nullable ReplicaCapacity of(Batching batching) {
        double prompts = ratio.promptsPerOutput();
        double work = generated + prompted / prompts;
        if (finished < ENOUGH || work <= 0) {
            return null;
        }
        double use = batching.targetUse();
        double decode = batching.maxSequences() * use / batching.slowed(use) * work / places;
        return new ReplicaCapacity(prompts * decode, decode);
    }
}
