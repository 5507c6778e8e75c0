package dev.keelson.gateway.route;

import org.jspecify.annotations.Nullable;

/**
 * What a request's model stands for.
 *
 * @param deployment whose replicas serve it
 * @param adapter that the replica must have; null for the model itself
 */
public record Target(String deployment, @Nullable String adapter) {}
