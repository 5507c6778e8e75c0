package dev.keelson.simulator.trace;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
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
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file, plain or gzip, read line by line. What is read of it is used only once the last line
 * was good: a bad one leaves no partial table. Mutable: it stands at a line.
 */
final class TextTable {
    /** Epoch seconds above this (the year 5138) are another unit. */
    private static final double MOST_EPOCH_SECONDS = 1e11;

    private final Path file;
    private final BufferedReader lines;
    private final String header;
    private final int columns;
    private int number = 1;
    private boolean hasRow;

    private TextTable(Path file, BufferedReader lines, List<String> known) throws IOException {
        this.file = file;
        this.lines = lines;
        var first = lines.readLine();
        if (first == null) {
            throw InputException.at(file, 1, "the file is empty; expected a header line.");
        }
        header = first.strip();
        if (!known.contains(header)) {
            throw InputException.at(
                    file,
                    1,
                    "unknown header (%s); expected one of: %s."
                            .formatted(shortened(header), String.join("; ", known)));
        }
        columns = header.split(",", -1).length;
    }

    /** One line: its number in the file, from 1, and its cells. */
    record Row(Path file, int line, List<String> cells) {
        InputException wrong(String problem) {
            return InputException.at(file, line, problem);
        }

        /** A number of at least 0. */
        double number(int column, String name) {
            return number(column, name, Double.MAX_VALUE);
        }

        /** A number from 0 to {@code most}: more is a wrong unit. */
        double number(int column, String name, double most) {
            var text = cells.get(column);
            try {
                double value = Double.parseDouble(text);
                if (value >= 0 && value <= most) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Told below, as any other text that is no such number.
            }
            throw wrong(
                    most == Double.MAX_VALUE
                            ? "%s (%s) must be a number of at least 0.".formatted(name, text)
                            : "%s (%s) must be a number from 0 to %.0f."
                                    .formatted(name, text, most));
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
    static <T> T read(Path file, List<String> known, Function<TextTable, T> reader) {
        try (var in = open(file);
                var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.apply(new TextTable(file, lines, known));
        } catch (NoSuchFileException e) {
            throw new InputException("%s: there is no such file.".formatted(file));
        } catch (IOException e) {
            throw new InputException("%s: cannot be read (%s).".formatted(file, e.getMessage()));
        } catch (UncheckedIOException e) {
            throw new InputException("%s: cannot be read (%s).".formatted(file, e.getMessage()));
        }
    }

    /** All rows of a small file. */
    static List<Row> rows(Path file, List<String> known) {
        return read(
                file,
                known,
                table -> {
                    var rows = new ArrayList<Row>();
                    for (var row = table.next(); row != null; row = table.next()) {
                        rows.add(row);
                    }
                    return rows;
                });
    }

    Path file() {
        return file;
    }

    /** Cells of the first line, joined by commas. */
    String header() {
        return header;
    }

    /** The next line that is not blank; null after the last. The first is always there. */
    @Nullable Row next() {
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank()) {
                    return row(line.strip());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!hasRow) {
            throw InputException.at(file, number, "expected at least one line of values.");
        }
        return null;
    }

    private Row row(String line) {
        hasRow = true;
        var cells = List.of(line.split(",", -1));
        if (cells.size() != columns) {
            throw InputException.at(
                    file,
                    number,
                    "expected %d cells as in the header, not %d.".formatted(columns, cells.size()));
        }
        return new Row(file, number, cells);
    }

    private static String shortened(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "...";
    }

    /** The file's content, unpacked where it is gzip. */
    static InputStream open(Path file) throws IOException {
        var in = new BufferedInputStream(Files.newInputStream(file));
        in.mark(2);
        boolean zipped = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        return zipped ? new GZIPInputStream(in) : in;
    }

    /**
     * Seconds since the first row's time; one form a file, never going back. Mutable: it sees the
     * rows one after the other.
     */
    static final class Clock {
        private @Nullable Instant first;
        private double firstEpoch = -1;
        private double last;

        double seconds(Row row, int column) {
            boolean isFirst = first == null && firstEpoch < 0;
            double at;
            if (firstEpoch >= 0 || (isFirst && row.cells().get(column).matches("[0-9.]+"))) {
                at = epoch(row, column);
            } else {
                var value = instant(row, column);
                first = isFirst ? value : first;
                at = Duration.between(first, value).toNanos() / 1e9;
            }
            if (at < last) {
                throw row.wrong("time goes back; expected lines in the order of their time.");
            }
            last = at;
            return at;
        }

        private double epoch(Row row, int column) {
            double value = row.number(column, "time");
            if (value > MOST_EPOCH_SECONDS) {
                throw row.wrong(
                        "time (%s) is in a wrong unit; expected seconds, not milliseconds or less."
                                .formatted(row.cells().get(column)));
            }
            firstEpoch = firstEpoch < 0 ? value : firstEpoch;
            return value - firstEpoch;
        }
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
