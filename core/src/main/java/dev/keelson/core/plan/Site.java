package dev.keelson.core.plan;

import dev.keelson.core.fleet.Node;

/**
 * A node as the plan looks at it: its fault domain as small numbers, equal where the domain is the
 * same, and the room that the plan has left on it. Mutable: the roster owns it.
 */
final class Site {
    final Node node;

    /** Position among the sites. */
    final int index;

    final int region;
    final int zone;
    final int rack;

    /** Is it neither lost nor gone? */
    final boolean isReachable;

    /** Is it being taken away or emptied? */
    final boolean isLeaving;

    /** May a new replica be started here? */
    final boolean takesReplicas;

    /** Thousandths that no live replica takes. */
    int free;

    /** Live replicas that the plan counts with. */
    int members;

    Site(Situation s, Node node, int index, int region, int zone, int rack) {
        this.node = node;
        this.index = index;
        this.region = region;
        this.zone = zone;
        this.rack = rack;
        isReachable = s.isReachable(node.id());
        isLeaving = s.isLeaving(node);
        takesReplicas = s.takesReplicas(node);
        free = node.capacityThousandths();
    }
}
