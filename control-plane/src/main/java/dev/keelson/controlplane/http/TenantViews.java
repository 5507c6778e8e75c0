package dev.keelson.controlplane.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.controlplane.observe.TenantBoard;
import dev.keelson.core.tenant.Tenant;
import dev.keelson.core.tenant.TenantLimits;
import dev.keelson.protocol.v1.TenantLoad;
import dev.keelson.protocol.v1.TenantShare;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Tenants as they are shown: what they may do and what they do, never their keys. */
final class TenantViews {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final double SECONDS_PER_MINUTE = 60;

    private final TenantBoard tenants;

    TenantViews(TenantBoard tenants) {
        this.tenants = tenants;
    }

    List<ObjectNode> all() {
        return tenants.views().stream().map(TenantViews::view).toList();
    }

    private static ObjectNode view(TenantBoard.View view) {
        var node = JSON.objectNode().put("name", view.tenant().name());
        node.setAll(limits(view.tenant()));
        node.put("askedRequestsPerSecond", sum(view, TenantLoad::getRequestsPerSecond));
        node.put(
                "askedTokensPerMinute",
                sum(view, TenantLoad::getTokensPerSecond) * SECONDS_PER_MINUTE);
        node.put("inFlight", (int) sum(view, TenantLoad::getInFlight));
        var shares = node.putArray("gateways");
        view.shares().forEach((gateway, share) -> shares.add(share(view.tenant(), gateway, share)));
        return node;
    }

    private static double sum(TenantBoard.View view, ToDoubleFunction<TenantLoad> what) {
        return view.loads().values().stream().mapToDouble(what).sum();
    }

    private static ObjectNode share(Tenant tenant, String gateway, TenantShare share) {
        var limits = tenant.limits();
        var node = JSON.objectNode().put("name", gateway);
        var requests = limits.requests();
        node.put(
                "requestsPerSecond",
                requests == null ? null : requests.perSecond() * share.getRequestFraction());
        var tokens = limits.tokens();
        node.put(
                "tokensPerMinute",
                tokens == null
                        ? null
                        : tokens.perSecond() * SECONDS_PER_MINUTE * share.getTokenFraction());
        node.put("concurrency", limits.concurrency() == null ? null : share.getConcurrency());
        return node;
    }

    /** Weight, number of keys and limits; null where there is no limit. */
    static ObjectNode limits(Tenant tenant) {
        var limits = tenant.limits();
        var node = JSON.objectNode();
        node.put("weight", tenant.weight());
        node.put("keys", tenant.keyHashes().size());
        put(node, "requestsPerSecond", "requestBurst", limits.requests(), 1);
        put(node, "tokensPerMinute", "tokenBurst", limits.tokens(), SECONDS_PER_MINUTE);
        node.put("concurrency", limits.concurrency());
        return node;
    }

    private static void put(
            ObjectNode node,
            String limit,
            String burst,
            TenantLimits.@Nullable Rate rate,
            double seconds) {
        node.put(limit, rate == null ? null : rate.perSecond() * seconds);
        node.put(burst, rate == null ? null : rate.burst());
    }
}
