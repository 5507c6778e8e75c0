package dev.keelson.controlplane.http;

import dev.keelson.controlplane.security.AccessTokens;
import dev.keelson.controlplane.security.AccessTokens.Caller;
import dev.keelson.controlplane.security.Role;
import io.javalin.http.Context;
import java.net.URI;
import java.util.Optional;

/** Lets callers in by bearer token or session cookie, with the role that a route needs. */
final class Access {
    static final String COOKIE = "keelson_session";

    private final AccessTokens tokens;

    Access(AccessTokens tokens) {
        this.tokens = tokens;
    }

    Caller require(Context ctx, Role needed) {
        var caller =
                callerOf(ctx)
                        .orElseThrow(() ->
                                new ApiError(
                                        401,
                                        "unauthenticated",
                                        "A valid token is needed.",
                                        "Send `Authorization: Bearer TOKEN`, or open the"
                                                + " page by the link that `keelson up`"
                                                + " prints."));
        if (!caller.role().covers(needed)) {
            throw new ApiError(
                    403,
                    "forbidden",
                    "This needs the role %s; this token has %s."
                            .formatted(needed.text(), caller.role().text()),
                    "Ask an admin for a token of the role %s.".formatted(needed.text()));
        }
        return caller;
    }

    private Optional<Caller> callerOf(Context ctx) {
        var header = ctx.header("Authorization");
        if (header != null) {
            return header.startsWith("Bearer ")
                    ? tokens.callerOf(header.substring("Bearer ".length()).strip(), false)
                    : Optional.empty();
        }
        var cookie = ctx.cookie(COOKIE);
        if (cookie == null || isForeign(ctx)) {
            return Optional.empty();
        }
        return tokens.callerOf(cookie, true);
    }

    /** A cookie is only believed on requests that our own page made. */
    private static boolean isForeign(Context ctx) {
        var origin = ctx.header("Origin");
        if (origin == null) {
            return false;
        }
        try {
            return !String.valueOf(URI.create(origin).getAuthority()).equals(ctx.header("Host"));
        } catch (IllegalArgumentException e) {
            return true;
        }
    }
}
