package dev.keelson.simulator.world;

import dev.keelson.simulator.trace.Fleet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Plays the fleet file's incidents: notices, losses and returns of nodes. Mutable. */
final class Disturbances {
    private enum What {
        NOTICE,
        LOSS,
        RETURN
    }

    private record Event(double at, String node, What what, double deadline) {}

    private final List<Event> events = new ArrayList<>();
    private int next;

    Disturbances(List<Fleet.Incident> incidents) {
        for (var incident : incidents) {
            double at = seconds(incident.at());
            double loss = at + seconds(incident.lead());
            if (!incident.lead().isZero()) {
                events.add(new Event(at, incident.node(), What.NOTICE, loss));
            }
            events.add(new Event(loss, incident.node(), What.LOSS, loss));
            events.add(
                    new Event(loss + seconds(incident.outage()), incident.node(), What.RETURN, 0));
        }
        events.sort(Comparator.comparingDouble(Event::at));
    }

    private static double seconds(java.time.Duration duration) {
        return duration.toNanos() / 1e9;
    }

    void apply(FleetWorld world) {
        while (next < events.size() && events.get(next).at() <= world.now()) {
            var event = events.get(next++);
            world.nodes().stream()
                    .filter(n -> n.id.value().equals(event.node()))
                    .forEach(n -> apply(world, n, event));
        }
    }

    private static void apply(FleetWorld world, SimNode node, Event event) {
        switch (event.what()) {
            case NOTICE -> {
                node.noticeSeconds = world.now();
                node.noticeDeadlineSeconds = event.deadline();
            }
            case LOSS -> {
                node.up = false;
                node.warm = false;
                world.replicas().stream()
                        .filter(r -> r.node == node && r.isLive())
                        .forEach(world::lose);
            }
            case RETURN -> {
                // What ran there does not run any more: the replicas are surely gone.
                world.replicas().stream()
                        .filter(r -> r.node == node && r.lost)
                        .forEach(world::stop);
                node.up = true;
                node.noticeSeconds = Double.NaN;
                node.noticeDeadlineSeconds = Double.NaN;
            }
        }
    }
}
