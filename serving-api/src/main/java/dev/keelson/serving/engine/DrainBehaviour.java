package dev.keelson.serving.engine;

/** How an engine is brought to finish what it has. */
public enum DrainBehaviour {
    /** SIGTERM: it refuses new requests, finishes those that run and exits. */
    TERMINATE_FINISHES,
    /** SIGTERM breaks open streams: it comes only after nothing has run for two scrapes. */
    IDLE_THEN_TERMINATE
}
