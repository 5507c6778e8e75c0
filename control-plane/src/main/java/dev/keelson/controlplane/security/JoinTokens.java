package dev.keelson.controlplane.security;

import dev.keelson.exchange.identity.JoinRefused;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Single-use tokens with which agents and gateways join; stored hashed. Thread-safe. */
public final class JoinTokens {
    /** How long a token can be used unless said otherwise. */
    public static final Duration LIFE = Duration.ofHours(1);

    private final Jdbi jdbi;
    private final InstantSource clock;

    /** A fresh token; its secret is shown once. */
    public record Created(String id, String secret, Instant expiresAt) {}

    /** A token as it may be shown. */
    public record Listed(
            String id, Instant createdAt, Instant expiresAt, @Nullable String usedBy) {}

    private record Row(
            String id, long expiresAt, @Nullable String usedKey, @Nullable String usedBy) {}

    public JoinTokens(Jdbi jdbi, InstantSource clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    public Created create(Duration life) {
        var secret = Secret.create("kj_");
        var id = "join-" + UUID.randomUUID().toString().substring(0, 8);
        var now = clock.instant();
        jdbi.useHandle(handle ->
                handle.execute(
                        "insert into join_tokens (id, hash, created_at, expires_at) values"
                                + " (?, ?, ?, ?)",
                        id,
                        Secret.hash(secret),
                        now.toEpochMilli(),
                        now.plus(life).toEpochMilli()));
        return new Created(id, secret, now.plus(life));
    }

    public List<Listed> list() {
        return jdbi.withHandle(handle ->
                handle.createQuery("select * from join_tokens order by created_at")
                        .map((row, _) ->
                                new Listed(
                                        row.getString("id"),
                                        Instant.ofEpochMilli(row.getLong("created_at")),
                                        Instant.ofEpochMilli(row.getLong("expires_at")),
                                        row.getString("used_by")))
                        .list());
    }

    public boolean revoke(String id) {
        return jdbi.withHandle(handle -> handle.execute("delete from join_tokens where id = ?", id))
                > 0;
    }

    /**
     * Uses a token up for a key. The same key may use it again until it expires: its answer got
     * lost.
     *
     * @return the name that the key got before, or null
     */
    public @Nullable String use(String secret, String keyHash, String name) throws JoinRefused {
        var row =
                jdbi.withHandle(handle ->
                                handle.createQuery(
                                                "select id, expires_at, used_key, used_by"
                                                        + " from join_tokens where hash ="
                                                        + " :hash")
                                        .bind("hash", Secret.hash(secret))
                                        .map((found, _) ->
                                                new Row(
                                                        found.getString("id"),
                                                        found.getLong("expires_at"),
                                                        found.getString("used_key"),
                                                        found.getString("used_by")))
                                        .findOne())
                        .orElseThrow(JoinTokens::unknown);
        if (row.expiresAt() < clock.millis()) {
            throw new JoinRefused(
                    JoinRefused.Reason.EXPIRED_TOKEN,
                    "The join token has expired: create another one.");
        }
        if (keyHash.equals(row.usedKey())) {
            return row.usedBy();
        }
        var used =
                jdbi.withHandle(handle ->
                        handle.execute(
                                "update join_tokens set used_at = ?, used_key = ?, used_by"
                                        + " = ? where id = ? and used_key is null",
                                clock.millis(),
                                keyHash,
                                name,
                                row.id()));
        if (used == 0) {
            throw new JoinRefused(
                    JoinRefused.Reason.USED_TOKEN,
                    "The join token was used before: create another one.");
        }
        return null;
    }

    /** Forgets tokens a day after they expired. */
    public void prune() {
        jdbi.useHandle(handle ->
                handle.execute(
                        "delete from join_tokens where expires_at < ?",
                        clock.instant().minus(Duration.ofDays(1)).toEpochMilli()));
    }

    private static JoinRefused unknown() {
        return new JoinRefused(
                JoinRefused.Reason.WRONG_TOKEN, "The join token is not known: create another one.");
    }
}
