package dev.keelson.core.policy;

/** How far an action class may act by itself. */
public enum Autonomy {
    /** Only observes. */
    OBSERVE,
    /** Decides and shows, does not act. */
    ADVISE,
    /** Asks, and acts while an operator's approval stands. */
    GUARDED,
    AUTO
}
