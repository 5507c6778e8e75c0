package dev.keelson.gateway.tenant;

import com.google.protobuf.ByteString;
import dev.keelson.protocol.v1.RoutedTenant;
import dev.keelson.protocol.v1.RoutingTable;
import dev.keelson.protocol.v1.TenantLoad;
import dev.keelson.protocol.v1.TenantShare;
import dev.keelson.protocol.v1.TenantShares;
import dev.keelson.serving.openai.InvalidRequestException;
import dev.keelson.serving.openai.OpenAiError;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tenants of the newest routing table, with this gateway's newest part of their limits: that part
 * holds as long as no other comes. Without tenants every request is the caller {@link #DEFAULT}'s
 * and no key is looked at. Thread-safe.
 */
public final class TenantGate {
    /** Tenant of all requests in a fleet that declares none. */
    public static final String DEFAULT = "default";

    private static final String BEARER = "bearer ";

    private record Known(Map<ByteString, Caller> byKey, List<RoutedTenant> tenants, int gateways) {
        Known {
            byKey = Map.copyOf(byKey);
            tenants = List.copyOf(tenants);
        }
    }

    private final LongSupplier nanos;
    private final Caller anyone;
    private final Map<String, Caller> callers = new HashMap<>(); // guarded by this
    private final Map<String, TenantShare> shares = new HashMap<>(); // guarded by this
    private volatile Known known = new Known(Map.of(), List.of(), 1);

    public TenantGate(LongSupplier nanos) {
        this.nanos = nanos;
        this.anyone = new Caller(DEFAULT, nanos.getAsLong());
    }

    /** Takes the tenants of a new table. */
    public synchronized void update(RoutingTable table) {
        Map<ByteString, Caller> byKey = new HashMap<>();
        Map<String, Caller> kept = new HashMap<>();
        for (RoutedTenant tenant : table.getTenantsList()) {
            Caller caller = callers.get(tenant.getTenant());
            Caller used =
                    caller == null ? new Caller(tenant.getTenant(), nanos.getAsLong()) : caller;
            kept.put(tenant.getTenant(), used);
            tenant.getKeySha256List().forEach(key -> byKey.put(key, used));
        }
        callers.clear();
        callers.putAll(kept);
        shares.keySet().retainAll(kept.keySet());
        known = new Known(byKey, table.getTenantsList(), Math.max(1, table.getGateways()));
        limit();
    }

    /** Takes this gateway's parts. */
    public synchronized void update(TenantShares parts) {
        parts.getSharesList().forEach(part -> shares.put(part.getTenant(), part));
        limit();
    }

    private void limit() {
        long now = nanos.getAsLong();
        for (RoutedTenant tenant : known.tenants()) {
            Caller caller = callers.get(tenant.getTenant());
            TenantShare share = shares.get(tenant.getTenant());
            if (caller != null) {
                TenantShare even = evenShare(tenant);
                caller.limit(
                        tenant,
                        share == null ? even : even.toBuilder().mergeFrom(share).build(),
                        now);
            }
        }
    }

    // Until the control plane has said better.
    private TenantShare evenShare(RoutedTenant tenant) {
        double fraction = 1.0 / known.gateways();
        return TenantShare.newBuilder()
                .setRequestFraction(fraction)
                .setTokenFraction(fraction)
                .setConcurrency((int) Math.ceil(tenant.getConcurrency() * fraction))
                .build();
    }

    /** Are there tenants, so that a key is needed? */
    public boolean asksForKeys() {
        return !known.tenants().isEmpty();
    }

    /**
     * Whose key this is.
     *
     * @param authorization the header's value
     * @throws InvalidRequestException 401 without the key of a tenant
     */
    public Caller caller(@Nullable String authorization) throws InvalidRequestException {
        Known now = known;
        if (now.tenants().isEmpty()) {
            return anyone;
        }
        if (authorization == null
                || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw unauthorized(
                    "This server needs a key: send the header 'Authorization: Bearer KEY'.");
        }
        String key = authorization.substring(BEARER.length()).strip();
        // What is compared is a hash, which tells nothing by the time it takes.
        Caller found = now.byKey().get(sha256(key));
        if (found == null) {
            throw unauthorized("The key is not known here.");
        }
        return found;
    }

    private static InvalidRequestException unauthorized(String message) {
        return new InvalidRequestException(
                new OpenAiError(401, message, "invalid_request_error", null, "invalid_api_key"));
    }

    private static ByteString sha256(String key) {
        try {
            return ByteString.copyFrom(
                    MessageDigest.getInstance("SHA-256")
                            .digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256.", e);
        }
    }

    /** What tenants ask of this gateway. */
    public synchronized List<TenantLoad> loads() {
        List<TenantLoad> loads = new ArrayList<>();
        for (Caller caller : callers.values()) {
            TenantLoad load = caller.load(nanos.getAsLong());
            if (load != null) {
                loads.add(load);
            }
        }
        return loads;
    }
}
