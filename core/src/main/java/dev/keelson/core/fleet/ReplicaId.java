package dev.keelson.core.fleet;

/** Name of a replica; never used twice. */
public record ReplicaId(String value) implements Comparable<ReplicaId> {
    public ReplicaId {
        if (!value.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
            throw new IllegalArgumentException(
                    "The replica name (%s) must be 1 to 128 letters, digits, '.', '_' or '-'."
                            .formatted(value));
        }
    }

    @Override
    public int compareTo(ReplicaId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
