package dev.keelson.manifest;

import dev.keelson.core.tenant.Tenant;
import dev.keelson.core.tenant.TenantLimits;
import dev.keelson.core.tenant.TenantLimits.Rate;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads the {@code spec} of a Tenant. What is wrong is reported to the source. */
final class TenantSpec {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final double MOST_REQUESTS = 1e6;
    private static final double MOST_TOKENS = 1e12;
    private static final double SECONDS_PER_MINUTE = 60;
    private static final int MOST_CONCURRENCY = 1_000_000;
    private static final int MOST_KEYS = 100;

    private final Source source;
    private final String name;
    private final Section spec;

    TenantSpec(Source source, String name, Section spec) {
        this.source = source;
        this.name = name;
        this.spec = spec;
    }

    Tenant read() {
        SortedSet<String> keys = keys();
        double weight = spec.ratio("weight", 1, 0.01, 100);
        Rate requests = rate("requestsPerSecond", "requestBurst", 0.001, MOST_REQUESTS, 1);
        Rate tokens = rate("tokensPerMinute", "tokenBurst", 1, MOST_TOKENS, SECONDS_PER_MINUTE);
        Integer concurrency =
                spec.has("concurrency")
                        ? spec.integer("concurrency", 1, 1, MOST_CONCURRENCY)
                        : null;
        return new Tenant(name, keys, weight, new TenantLimits(requests, tokens, concurrency));
    }

    // The line of a key is never shown: it may be the key itself, put there by mistake.
    private SortedSet<String> keys() {
        var keys = new TreeSet<String>();
        int index = 0;
        for (Node node : spec.requiredList("keys", MOST_KEYS)) {
            String hash = node instanceof ScalarNode scalar ? scalar.getValue() : "";
            if (!SHA256.matcher(hash).matches()) {
                source.reportHidden(
                        node,
                        "%s[%d] must be the SHA-256 of a key, 64 digits 0-9a-f, never the key itself; 'keelson policy key' makes both"
                                .formatted(spec.child("keys"), index));
            } else if (!keys.add(hash)) {
                source.reportHidden(
                        node, "%s[%d] stands there twice".formatted(spec.child("keys"), index));
            }
            index++;
        }
        return keys;
    }

    /**
     * @param seconds that the limit's number is for; the burst is that number unless it is given
     */
    private @Nullable Rate rate(
            String limit, String burst, double least, double most, double seconds) {
        if (!spec.has(limit)) {
            if (spec.has(burst)) {
                source.report(
                        spec.at(burst),
                        "%s needs %s".formatted(spec.child(burst), spec.child(limit)));
            }
            return null;
        }
        double amount = spec.ratio(limit, least, least, most);
        return new Rate(amount / seconds, spec.ratio(burst, Math.max(1, amount), 1, most));
    }
}
