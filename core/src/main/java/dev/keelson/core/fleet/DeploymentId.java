package dev.keelson.core.fleet;

/** Name of a deployment, unique in the fleet. */
public record DeploymentId(String value) implements Comparable<DeploymentId> {
    public DeploymentId {
        if (!value.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
            throw new IllegalArgumentException(
                    "The deployment name (%s) must be 1 to 128 letters, digits, '.', '_' or '-'."
                            .formatted(value));
        }
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
