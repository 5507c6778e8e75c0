package dev.keelson.core.demand;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What advice would have been worth, beside what was done, over the time in which both are known.
 * Replicas that were advised are taken to be READY a lead time after the count rose to them and to
 * be gone at once when it fell. Short is the time in which fewer replicas are READY than the work
 * that arrives takes at their target use.
 *
 * @param compared time that counts
 * @param replicaHours wanted
 * @param advisedReplicaHours the same of what was advised
 * @param shortOfDemand time
 * @param advisedShortOfDemand the same of what was advised
 * @param changes of the count
 * @param advisedChanges the same of what was advised
 */
public record Scorecard(
        Duration compared,
        double replicaHours,
        double advisedReplicaHours,
        Duration shortOfDemand,
        Duration advisedShortOfDemand,
        int changes,
        int advisedChanges) {
    /** A step stands for the time to the next one, but for a gap. */
    private static final Duration LONGEST = Duration.ofSeconds(30);

    /**
     * @param steps oldest first
     */
    public static Scorecard of(List<ScalingStep> steps) {
        var compared = Duration.ZERO;
        var isShort = Duration.ZERO;
        var advisedShort = Duration.ZERO;
        double hours = 0;
        double advisedHours = 0;
        int changes = 0;
        int advisedChanges = 0;
        for (int i = 0; i + 1 < steps.size(); i++) {
            var step = steps.get(i);
            var next = steps.get(i + 1);
            var lasts = Duration.between(step.at(), next.at());
            var advised = step.advised();
            var demand = step.demand();
            var lead = step.lead();
            if (advised == null || demand == null || lead == null || lasts.compareTo(LONGEST) > 0) {
                continue;
            }
            compared = compared.plus(lasts);
            hours += step.wanted() * lasts.toMillis() / 3.6e6;
            advisedHours += advised * lasts.toMillis() / 3.6e6;
            isShort = step.ready() < demand ? isShort.plus(lasts) : isShort;
            advisedShort =
                    advisedReady(steps, i, step.at().minus(lead)) < demand
                            ? advisedShort.plus(lasts)
                            : advisedShort;
            changes += next.wanted() == step.wanted() ? 0 : 1;
            var after = next.advised();
            advisedChanges += after == null || after.equals(advised) ? 0 : 1;
        }
        return new Scorecard(
                compared, hours, advisedHours, isShort, advisedShort, changes, advisedChanges);
    }

    /** The least that was advised since: what was ordered later is not READY yet. */
    private static int advisedReady(List<ScalingStep> steps, int at, Instant since) {
        int least = count(steps.get(at));
        for (int i = at - 1; i >= 0; i--) {
            least = Math.min(least, count(steps.get(i)));
            if (!steps.get(i).at().isAfter(since)) {
                break;
            }
        }
        return least;
    }

    /** Where nothing could be advised, what was done would have been done. */
    private static int count(ScalingStep step) {
        var advised = step.advised();
        return advised == null ? step.wanted() : advised;
    }
}
