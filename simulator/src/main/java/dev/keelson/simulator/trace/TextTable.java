package dev.keelson.simulator.trace;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * A CSV file, plain or gzip, read whole before anything is used of it: a bad line leaves no partial
 * table.
 *
 * @param header cells of the first line, joined by commas
 */
record TextTable(Path file, String header, List<Row> rows) {
    /** One line: its number in the file, from 1, and its cells. */
    record Row(Path file, int line, List<String> cells) {
        InputException wrong(String problem) {
            return InputException.at(file, line, problem);
        }

        double number(int column, String name) {
            var text = cells.get(column);
            try {
                double value = Double.parseDouble(text);
                if (Double.isFinite(value) && value >= 0) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Told below, as any other text that is no such number.
            }
            throw wrong("%s (%s) must be a number of at least 0.".formatted(name, text));
        }

        int whole(int column, String name, int least, int most) {
            var text = cells.get(column);
            try {
                int value = Integer.parseInt(text);
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Told below, as any other text that is no such number.
            }
            throw wrong(
                    "%s (%s) must be a whole number from %d to %d."
                            .formatted(name, text, least, most));
        }
    }

    /**
     * @param known the headers that there are
     */
    static TextTable read(Path file, List<String> known) {
        try (var in = open(file);
                var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            var header = lines.readLine();
            if (header == null) {
                throw InputException.at(file, 1, "the file is empty; expected a header line.");
            }
            header = header.strip();
            if (!known.contains(header)) {
                throw InputException.at(
                        file,
                        1,
                        "unknown header (%s); expected one of: %s."
                                .formatted(shortened(header), String.join("; ", known)));
            }
            int columns = header.split(",", -1).length;
            var rows = new ArrayList<Row>();
            int number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                var cells = List.of(line.strip().split(",", -1));
                if (cells.size() != columns) {
                    throw InputException.at(
                            file,
                            number,
                            "expected %d cells as in the header, not %d."
                                    .formatted(columns, cells.size()));
                }
                rows.add(new Row(file, number, cells));
            }
            if (rows.isEmpty()) {
                throw InputException.at(file, number, "expected at least one line of values.");
            }
            return new TextTable(file, header, List.copyOf(rows));
        } catch (NoSuchFileException e) {
            throw new InputException("%s: there is no such file.".formatted(file));
        } catch (IOException e) {
            throw new InputException("%s: cannot be read (%s).".formatted(file, e.getMessage()));
        }
    }

    private static String shortened(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "...";
    }

    private static InputStream open(Path file) throws IOException {
        var in = new BufferedInputStream(Files.newInputStream(file));
        in.mark(2);
        boolean zipped = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        return zipped ? new GZIPInputStream(in) : in;
    }

    /** Seconds since the first row's time; one form a file, never going back. */
    List<Double> seconds(int column) {
        boolean epoch = rows.getFirst().cells().get(column).matches("[0-9.]+");
        var seconds = new ArrayList<Double>(rows.size());
        Instant first = null;
        double firstEpoch = 0;
        double last = 0;
        for (Row row : rows) {
            double at;
            if (epoch) {
                double value = row.number(column, "time");
                firstEpoch = seconds.isEmpty() ? value : firstEpoch;
                at = value - firstEpoch;
            } else {
                var value = instant(row, column);
                first = first == null ? value : first;
                at = Duration.between(first, value).toNanos() / 1e9;
            }
            if (at < last) {
                throw row.wrong("time goes back; expected lines in the order of their time.");
            }
            last = at;
            seconds.add(at);
        }
        return seconds;
    }

    private static Instant instant(Row row, int column) {
        var text = row.cells().get(column).replace(' ', 'T');
        try {
            return text.endsWith("Z")
                    ? Instant.parse(text)
                    : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            throw row.wrong(
                    "time (%s) must be ISO-8601 or epoch seconds, one form in the whole file."
                            .formatted(row.cells().get(column)));
        }
    }
}
