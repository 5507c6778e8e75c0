package dev.keelson.gateway.route;

/**
 * A request's place among those of other tenants.
 *
 * @param weight of its tenant
 * @param work that it is expected to cost, in {@link dev.keelson.core.tenant.TokenWork}'s unit
 */
public record Claim(String tenant, double weight, double work) {}
