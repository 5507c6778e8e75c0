package dev.keelson.core.fleet;

/** Name of a deployment, unique in the fleet. */
public record DeploymentId(String value) implements Comparable<DeploymentId> {
    public DeploymentId {
        Name.check("deployment", value);
    }

    @Override
    public int compareTo(DeploymentId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
