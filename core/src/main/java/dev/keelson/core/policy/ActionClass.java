package dev.keelson.core.policy;

/** Kinds of action that autonomy and freeze are set for. */
public enum ActionClass {
    SCALE,
    RECOVER,
    SPOT,
    ROLLOUT,
    NODES,
    /** Scaling on what is forecast; without it, or without a forecast, SCALE goes by the load. */
    FORECAST;

    /** Freeze holds these back; the others go on unless the freeze says all. */
    public boolean isDiscretionary() {
        return this == SCALE || this == ROLLOUT || this == NODES || this == FORECAST;
    }
}
