package dev.keelson.core.fleet;

/** Name of a node, unique in the fleet. */
public record NodeId(String value) implements Comparable<NodeId> {
    public NodeId {
        Name.check("node", value);
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
