package dev.keelson.simulator.trace;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Hardware faults of real servers, with the time until they were repaired, to be replayed on
 * simulated nodes.
 *
 * @param faults in the order of their start
 */
public record FaultTrace(List<Fault> faults) {
    static final String HEADER = "node_id,start_day,end_day,duration_h,level,class,desc";

    private static final double SECONDS_PER_DAY = 86_400;

    /** The file rounds hours and days; more than so many hours apart they disagree. */
    private static final double ROUNDING_HOURS = 0.01;

    /** More days are another unit. */
    private static final double MOST_DAYS = 3_660;

    public FaultTrace {
        faults = List.copyOf(faults);
    }

    /**
     * One fault of one server.
     *
     * @param start since the trace began
     * @param end when it was repaired, since the trace began
     */
    public record Fault(
            String server,
            Duration start,
            Duration end,
            String level,
            String kind,
            String description) {}

    /**
     * A simulated node that is down.
     *
     * @param at since the replay began
     */
    public record Outage(String node, Duration at, Duration length, String reason) {}

    /**
     * Reads {@value #HEADER}, whole before anything is used of it.
     *
     * @throws InputException with file, line and what was expected
     */
    public static FaultTrace read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InputException("%s: cannot be read (%s).".formatted(file, e.getMessage()));
        }
        if (lines.isEmpty() || !lines.getFirst().strip().equals(HEADER)) {
            throw InputException.at(file, 1, "expected the header '%s'.".formatted(HEADER));
        }
        List<Fault> faults = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            Fault fault = new Line(file, i + 1, lines.get(i).strip().split(",", -1)).fault();
            if (!faults.isEmpty() && fault.start().compareTo(faults.getLast().start()) < 0) {
                throw InputException.at(
                        file,
                        i + 1,
                        "start_day goes back; expected lines in the order of their start.");
            }
            faults.add(fault);
        }
        if (faults.isEmpty()) {
            throw InputException.at(file, 1, "expected at least one fault after the header.");
        }
        return new FaultTrace(faults);
    }

    /**
     * The outages of {@code nodes}, each of which plays one of the {@code servers} that the trace
     * was taken from, drawn at random: those without a fault are not in the trace, but were there.
     *
     * @param servers at least as many as there are nodes and as have faults
     * @param from where in the trace the replay begins; what is broken then is broken at its start
     * @param length of the replay: what lies beyond is cut off
     * @return in the order of their start
     */
    public List<Outage> replay(
            List<String> nodes,
            int servers,
            Duration from,
            Duration length,
            RandomGenerator random) {
        List<String> names =
                new ArrayList<>(new LinkedHashSet<>(faults.stream().map(Fault::server).toList()));
        if (servers < names.size() || servers < nodes.size()) {
            throw new IllegalArgumentException(
                    "The servers (%d) must be at least the %d that have faults and the %d nodes that play them."
                            .formatted(servers, names.size(), nodes.size()));
        }
        while (names.size() < servers) {
            names.add("healthy-" + names.size());
        }
        List<Outage> outages = new ArrayList<>();
        for (String node : nodes) {
            String server = names.remove(random.nextInt(names.size()));
            for (Fault fault : faults) {
                if (fault.server().equals(server)) {
                    add(outages, node, fault, from, length);
                }
            }
        }
        outages.sort(Comparator.comparing(Outage::at).thenComparing(Outage::node));
        return List.copyOf(outages);
    }

    /**
     * The outages of a fleet's nodes as incidents: each node plays one server.
     *
     * @param speed so many seconds of the trace pass in one of the replay: faults come and are
     *     repaired so many times as fast
     * @see #replay
     */
    public List<Incident> incidents(
            Fleet fleet,
            int servers,
            Duration from,
            Duration length,
            double speed,
            RandomGenerator random) {
        return replay(fleet.nodeNames(), servers, from, scaled(length, speed), random).stream()
                .map(o ->
                        (Incident)
                                new Incident.NodeLoss(
                                        scaled(o.at(), 1 / speed),
                                        o.node(),
                                        Duration.ZERO,
                                        scaled(o.length(), 1 / speed)))
                .toList();
    }

    private static Duration scaled(Duration duration, double factor) {
        return Duration.ofMillis(Math.round(duration.toMillis() * factor));
    }

    private static void add(
            List<Outage> outages, String node, Fault fault, Duration from, Duration length) {
        Duration start = fault.start().minus(from);
        Duration at = start.isNegative() ? Duration.ZERO : start;
        Duration end = fault.end().minus(from);
        Duration cut = end.compareTo(length) > 0 ? length : end;
        if (at.compareTo(cut) < 0) {
            outages.add(
                    new Outage(
                            node,
                            at,
                            cut.minus(at),
                            "%s: %s".formatted(fault.kind(), fault.description())));
        }
    }

    private static final class Line {
        private final Path file;
        private final int number;
        private final List<String> cells;

        Line(Path file, int number, String[] cells) {
            this.file = file;
            this.number = number;
            this.cells = List.of(cells);
        }

        Fault fault() {
            if (cells.size() != 7 || cells.getFirst().isBlank()) {
                throw wrong("expected a server and 7 cells (%s).".formatted(HEADER));
            }
            double start = number(1, "start_day", MOST_DAYS);
            double end = number(2, "end_day", MOST_DAYS);
            double hours = number(3, "duration_h", MOST_DAYS * 24);
            if (end < start) {
                throw wrong("end_day (%s) lies before start_day (%s).".formatted(end, start));
            }
            if (Math.abs((end - start) * 24 - hours) > ROUNDING_HOURS) {
                throw wrong(
                        "duration_h (%s) must be the hours from start_day to end_day (%.3f)."
                                .formatted(hours, (end - start) * 24));
            }
            return new Fault(
                    cells.getFirst(),
                    duration(start),
                    duration(end),
                    cells.get(4),
                    cells.get(5),
                    cells.get(6));
        }

        private double number(int column, String name, double most) {
            try {
                double value = Double.parseDouble(cells.get(column));
                if (value >= 0 && value <= most) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Told below, as any other text that is no such number.
            }
            throw wrong(
                    "%s (%s) must be a number from 0 to %.0f."
                            .formatted(name, cells.get(column), most));
        }

        private static Duration duration(double days) {
            return Duration.ofMillis(Math.round(days * SECONDS_PER_DAY * 1_000));
        }

        private InputException wrong(String problem) {
            return InputException.at(file, number, problem);
        }
    }
}
