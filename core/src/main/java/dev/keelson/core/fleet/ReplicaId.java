package dev.keelson.core.fleet;

/** Name of a replica; never used twice. */
public record ReplicaId(String value) implements Comparable<ReplicaId> {
    public ReplicaId {
        Name.check("replica", value);
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
