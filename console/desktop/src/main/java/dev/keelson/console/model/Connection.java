package dev.keelson.console.model;

/** How the console stands with the control plane. */
public enum Connection {
    CONNECTING,
    LIVE,
    /** The stream broke; what is shown is old until it is back. */
    LOST,
    UNAUTHORISED
}
