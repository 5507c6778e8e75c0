package dev.keelson.controlplane.security;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Bearer tokens of people and scripts, sessions of the web page and the one-time codes that open
 * them; all stored hashed. Thread-safe.
 */
public final class AccessTokens {
    private static final Duration SESSION_LIFE = Duration.ofDays(1);
    private static final Duration CODE_LIFE = Duration.ofMinutes(15);

    private final Jdbi jdbi;
    private final InstantSource clock;

    /** Who calls, and as what. */
    public record Caller(String id, Role role) {}

    /** A token as it may be shown. */
    public record Listed(
            String id,
            Role role,
            Instant createdAt,
            String createdBy,
            @Nullable Instant expiresAt) {}

    /** A fresh secret; shown once. */
    public record Created(String id, String secret, Role role) {}

    public AccessTokens(Jdbi jdbi, InstantSource clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    public Optional<Caller> callerOf(String secret, boolean session) {
        return find(secret, session ? "session" : "token");
    }

    public Created create(Role role, String author) {
        return insert("token", "kt_", role, author, null);
    }

    /** A code that opens one session of the web page with this role. */
    public Created createLoginCode(Role role, String author) {
        return insert("code", "kc_", role, author, clock.instant().plus(CODE_LIFE));
    }

    /** Turns a code into a session; empty where the code is unknown, used or too old. */
    public Optional<Created> redeem(String code) {
        return find(code, "code")
                .filter(caller ->
                        jdbi.withHandle(handle ->
                                handle.execute("delete from tokens where id = ?", caller.id()))
                                == 1)
                .map(caller ->
                        insert(
                                "session",
                                "ks_",
                                caller.role(),
                                caller.id(),
                                clock.instant().plus(SESSION_LIFE)));
    }

    public List<Listed> list() {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                "select * from tokens where kind = 'token' order by"
                                        + " created_at")
                        .map((row, _) ->
                                new Listed(
                                        row.getString("id"),
                                        Role.valueOf(row.getString("role")),
                                        Instant.ofEpochMilli(row.getLong("created_at")),
                                        row.getString("created_by"),
                                        null))
                        .list());
    }

    public boolean revoke(String id) {
        return jdbi.withHandle(handle -> handle.execute("delete from tokens where id = ?", id)) > 0;
    }

    /** Is there a token of this role? */
    public boolean exists(Role role) {
        return list().stream().anyMatch(token -> token.role() == role);
    }

    public void prune() {
        jdbi.useHandle(handle ->
                handle.execute(
                        "delete from tokens where expires_at is not null and expires_at <" + " ?",
                        clock.millis()));
    }

    private Optional<Caller> find(String secret, String kind) {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                "select id, role from tokens where hash = :hash and kind ="
                                        + " :kind and (expires_at is null or expires_at > :now)")
                        .bind("hash", Secret.hash(secret))
                        .bind("kind", kind)
                        .bind("now", clock.millis())
                        .map((row, _) ->
                                new Caller(
                                        row.getString("id"), Role.valueOf(row.getString("role"))))
                        .findOne());
    }

    private Created insert(
            String kind, String prefix, Role role, String author, @Nullable Instant expiresAt) {
        var secret = Secret.create(prefix);
        var id = kind + "-" + UUID.randomUUID().toString().substring(0, 8);
        jdbi.useHandle(handle ->
                handle.execute(
                        "insert into tokens (id, kind, hash, role, created_at, created_by,"
                                + " expires_at) values (?, ?, ?, ?, ?, ?, ?)",
                        id,
                        kind,
                        Secret.hash(secret),
                        role.name(),
                        clock.millis(),
                        author,
                        expiresAt == null ? null : expiresAt.toEpochMilli()));
        return new Created(id, secret, role);
    }
}
