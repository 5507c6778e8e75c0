package dev.keelson.core.fleet;

/** Name of a node, unique in the fleet. */
public record NodeId(String value) implements Comparable<NodeId> {
    public NodeId {
        if (!value.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
            throw new IllegalArgumentException(
                    "The node name (%s) must be 1 to 128 letters, digits, '.', '_' or '-'."
                            .formatted(value));
        }
    }

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
