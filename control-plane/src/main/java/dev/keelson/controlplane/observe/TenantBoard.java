package dev.keelson.controlplane.observe;

import dev.keelson.controlplane.store.LeaderLease;
import dev.keelson.core.tenant.LimitShares;
import dev.keelson.core.tenant.Tenant;
import dev.keelson.protocol.v1.GatewayInstruction;
import dev.keelson.protocol.v1.TenantLoad;
import dev.keelson.protocol.v1.TenantShare;
import dev.keelson.protocol.v1.TenantShares;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Divides the limits of tenants over the gateways by what each gateway is asked for, and tells each
 * its part. {@link #refresh} is stepped once a second and when a gateway comes or goes. A gateway
 * that is away for less than {@link GatewayBoard#AWAY} keeps its part, since it may still serve.
 * Thread-safe.
 */
public final class TenantBoard {
    private final GatewayBoard gateways;
    private final ManifestWatch manifests;
    private final LeaderLease lease;

    public TenantBoard(GatewayBoard gateways, ManifestWatch manifests, LeaderLease lease) {
        this.gateways = gateways;
        this.manifests = manifests;
        this.lease = lease;
    }

    /** One tenant now: what it asks of each gateway, and each one's part of its limits. */
    public record View(
            Tenant tenant,
            SortedMap<String, TenantLoad> loads,
            SortedMap<String, TenantShare> shares) {}

    /** Tells every connected gateway its part. One who no longer leads sends nothing. */
    public synchronized void refresh() {
        var views = views();
        if (views.isEmpty() || !lease.isHeld()) {
            return;
        }
        gateways.links()
                .forEach((name, link) -> {
                    var parts = TenantShares.newBuilder();
                    for (var view : views) {
                        var part = view.shares().get(name);
                        if (part != null) {
                            parts.addShares(part);
                        }
                    }
                    link.send(GatewayInstruction.newBuilder().setShares(parts).build());
                });
    }

    public List<View> views() {
        var tenants = manifests.inForce().tenants();
        if (tenants.isEmpty()) {
            return List.of();
        }
        var loads = gateways.tenantLoads();
        var result = new ArrayList<View>();
        tenants.values().forEach(tenant -> result.add(view(tenant, loads)));
        return result;
    }

    private static View view(Tenant tenant, SortedMap<String, Map<String, TenantLoad>> all) {
        var loads = new TreeMap<String, TenantLoad>();
        all.forEach((gateway, byTenant) ->
                loads.put(
                        gateway,
                        byTenant.getOrDefault(tenant.name(), TenantLoad.getDefaultInstance())));
        return new View(tenant, loads, shares(tenant, loads));
    }

    private static SortedMap<String, TenantShare> shares(
            Tenant tenant, SortedMap<String, TenantLoad> loads) {
        var limits = tenant.limits();
        var result = new TreeMap<String, TenantShare>();
        if (loads.isEmpty()) {
            return result;
        }
        var requests = limits.requests();
        var requestParts =
                requests == null
                        ? new TreeMap<String, Double>()
                        : LimitShares.fractions(
                                requests.perSecond(),
                                demand(loads, TenantLoad::getRequestsPerSecond));
        var tokens = limits.tokens();
        var tokenParts =
                tokens == null
                        ? new TreeMap<String, Double>()
                        : LimitShares.fractions(
                                tokens.perSecond(), demand(loads, TenantLoad::getTokensPerSecond));
        var concurrency = limits.concurrency();
        var places =
                concurrency == null
                        ? new TreeMap<String, Integer>()
                        : LimitShares.whole(concurrency, demand(loads, TenantLoad::getConcurrency));
        for (String gateway : loads.keySet()) {
            var share = TenantShare.newBuilder().setTenant(tenant.name());
            take(requestParts.get(gateway), share::setRequestFraction);
            take(tokenParts.get(gateway), share::setTokenFraction);
            take(places.get(gateway), share::setConcurrency);
            result.put(gateway, share.build());
        }
        return result;
    }

    private static <T> void take(@Nullable T value, Consumer<T> taker) {
        if (value != null) {
            taker.accept(value);
        }
    }

    private static SortedMap<String, Double> demand(
            SortedMap<String, TenantLoad> loads, ToDoubleFunction<TenantLoad> what) {
        var result = new TreeMap<String, Double>();
        loads.forEach((gateway, load) ->
                // What a gateway says of itself is no number to divide by unless it is one.
                result.put(
                        gateway,
                        Double.isFinite(what.applyAsDouble(load))
                                ? Math.max(0, what.applyAsDouble(load))
                                : 0));
        return result;
    }
}
