package dev.keelson.core.plan;

import java.util.List;

/**
 * What one sub-planner wants of a deployment's replica count.
 *
 * @param text the clause that follows "because" in the decision's sentence
 */
record Proposal(Kind kind, int replicas, Reason code, String text, List<Decision.Input> inputs) {
    enum Kind {
        AT_LEAST,
        AT_MOST,
        /** Exactly so many: an operator's word, above the others but within the bounds. */
        SET,
        /** The count must not change now. */
        REJECT
    }

    Proposal {
        inputs = List.copyOf(inputs);
    }
}
