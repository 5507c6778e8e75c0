package dev.keelson.core.plan;

import dev.keelson.core.fleet.CapacityType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * The sites of one rack, one kind of capacity and one accelerator that take replicas, most room
 * first. To placement they differ only in their room and in the siblings that stand on each.
 * Mutable: the roster owns it.
 */
final class Cell {
    /** Of equal room the first by name. */
    static final Comparator<Site> MOST_ROOM =
            (a, b) -> a.free == b.free ? a.index - b.index : Integer.compare(b.free, a.free);

    private final ArrayList<Site> byRoom;

    /** What sites of one cell have in common. */
    record Key(int rack, CapacityType capacityType, String accelerator) {
        static Key of(Site site) {
            return new Key(site.rack, site.node.capacityType(), KindCosts.kindOf(site.node));
        }
    }

    Cell(List<Site> sites) {
        byRoom = new ArrayList<>(sites);
        byRoom.sort(MOST_ROOM);
    }

    /** A replica takes room on one of its sites. */
    void take(Site site, int thousandths) {
        byRoom.remove(site);
        site.free -= thousandths;
        byRoom.add(-1 - Collections.binarySearch(byRoom, site, MOST_ROOM), site);
    }

    /** Most room first: a view. */
    List<Site> byRoom() {
        return byRoom;
    }
}
