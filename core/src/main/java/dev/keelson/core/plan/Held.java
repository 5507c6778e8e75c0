package dev.keelson.core.plan;

import dev.keelson.core.plan.PlannerMemory.Need;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The most that was needed within a hold. */
final class Held {
    private Held() {}

    /**
     * Takes the present need and gives the most of the hold.
     *
     * @param needs the highest needs of the hold, newest last and strictly falling, so that steady
     *     demand leaves them as they are; brought up to date
     * @param wanted what counts as needed before the first
     */
    static int most(List<Need> needs, Instant now, int need, int wanted, Duration hold) {
        if (needs.isEmpty()) {
            needs.add(new Need(now, Math.max(need, wanted)));
        }
        var at = now;
        while (!needs.isEmpty() && needs.getLast().replicas() <= need) {
            at = needs.removeLast().at();
        }
        needs.add(new Need(at, need));
        while (needs.size() > 1 && !needs.get(1).at().plus(hold).isAfter(now)) {
            needs.removeFirst();
        }
        return needs.getFirst().replicas();
    }
}
