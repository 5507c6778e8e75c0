package dev.keelson.core.plan;

import dev.keelson.core.fleet.Node;

/**
 * A node as placement looks at it: its fault domain as small numbers, equal where the domain is the
 * same, and the room that the plan has left on it. Mutable: the roster owns it.
 */
final class Site {
    final Node node;

    /** Position among the sites. */
    final int index;

    final int region;
    final int zone;
    final int rack;

    /** May a new replica be started here? */
    final boolean takesReplicas;

    /** Thousandths that no live replica takes. */
    int free;

    Site(Node node, int index, int region, int zone, int rack, boolean takesReplicas) {
        this.node = node;
        this.index = index;
        this.region = region;
        this.zone = zone;
        this.rack = rack;
        this.takesReplicas = takesReplicas;
        free = node.capacityThousandths();
    }
}
