package dev.keelson.simulator.world;

import java.util.ArrayList;
import java.util.List;

/** The changes of the wanted replicas. Mutable. */
final class ScaleLog {
    private final List<ScaleAction> actions = new ArrayList<>();
    private int directionChanges;
    private int lastDirection;

    void add(double seconds, int from, int to) {
        if (from == to) {
            return;
        }
        actions.add(new ScaleAction(seconds, from, to));
        int direction = Integer.signum(to - from);
        if (lastDirection != 0 && direction != lastDirection) {
            directionChanges++;
        }
        lastDirection = direction;
    }

    /** In order. */
    List<ScaleAction> actions() {
        return actions;
    }

    /** Changes against the direction of the one before. */
    int directionChanges() {
        return directionChanges;
    }
}
