package dev.keelson.core.fleet;

/** One immutable version of a deployment's engine; numbers rise from 1. */
public record Revision(DeploymentId deployment, int number, EngineSpec engine) {
    public Revision {
        if (number < 1) {
            throw new IllegalArgumentException(
                    "The revision number (%d) of deployment (%s) must be at least 1."
                            .formatted(number, deployment));
        }
    }
}
