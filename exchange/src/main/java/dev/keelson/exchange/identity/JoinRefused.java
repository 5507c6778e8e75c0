package dev.keelson.exchange.identity;

/** This process cannot be a member as it is configured; trying again would not help. */
public final class JoinRefused extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why, for programs. */
    public enum Reason {
        /** The control plane does not know the join token. */
        WRONG_TOKEN,
        /** The join token was used before, by another key. */
        USED_TOKEN,
        EXPIRED_TOKEN,
        /** No identity on disk and no token to get one. */
        NO_TOKEN,
        /** Whoever answers is not the authority that was pinned. */
        WRONG_FINGERPRINT,
        /** Whoever answers speaks plain text. */
        NOT_TLS,
        /** The name belongs to another member that is connected. */
        NAME_TAKEN,
        /** A call without a client certificate, or with one of another kind. */
        NO_CERTIFICATE,
        /** The request itself is malformed. */
        BAD_REQUEST,
        OTHER
    }

    private final Reason reason;

    public JoinRefused(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
