package dev.keelson.lab.forecast;

import dev.keelson.forecaster.series.Series;
import dev.keelson.simulator.trace.InputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code series,time,value}: times in ISO-8601 or epoch seconds, one form per file; an empty
 * value is a gap; the rows of one series ascend by one step. Plain or gzip.
 */
final class SeriesFile {
    private static final String HEADER = "series,time,value";

    private final Path file;
    private final Map<String, Points> points = new LinkedHashMap<>();
    private @Nullable Boolean epoch;

    private SeriesFile(Path file) {
        this.file = file;
    }

    /** The series of a file in the order in which they first appear. */
    static List<Series> read(Path file) {
        try (var reader = open(file)) {
            return new SeriesFile(file).parse(reader);
        } catch (NoSuchFileException e) {
            throw new InputException(
                    "There is no file %s.".formatted(file)
                            + System.lineSeparator()
                            + "  "
                            + "Give a CSV file with --input.");
        } catch (MalformedInputException | java.util.zip.ZipException e) {
            throw new InputException(
                    "%s is neither text in UTF-8 nor gzip.".formatted(file)
                            + System.lineSeparator()
                            + "  "
                            + "Expected a CSV file with the header "
                            + HEADER
                            + ".");
        } catch (IOException e) {
            throw new InputException(
                    "%s cannot be read (%s).".formatted(file, e.getMessage())
                            + System.lineSeparator()
                            + "  "
                            + "Check the path and its permissions.");
        }
    }

    private static BufferedReader open(Path file) throws IOException {
        var bytes = Files.newInputStream(file);
        try {
            return new BufferedReader(
                    new InputStreamReader(
                            file.toString().endsWith(".gz") ? new GZIPInputStream(bytes) : bytes,
                            StandardCharsets.UTF_8.newDecoder()));
        } catch (IOException e) {
            bytes.close();
            throw e;
        }
    }

    private List<Series> parse(BufferedReader reader) throws IOException {
        var header = reader.readLine();
        if (header == null || !header.replace("\uFEFF", "").strip().equals(HEADER)) {
            throw bad(1, "the header is \"%s\"".formatted(header == null ? "" : header), HEADER);
        }
        int line = 1;
        for (var row = reader.readLine(); row != null; row = reader.readLine()) {
            line++;
            if (!row.isBlank()) {
                take(row, line);
            }
        }
        var series = new ArrayList<Series>();
        for (var entry : points.entrySet()) {
            series.add(entry.getValue().series(entry.getKey()));
        }
        if (series.isEmpty()) {
            throw bad(line, "there is no row below the header", "at least one value");
        }
        return List.copyOf(series);
    }

    private void take(String row, int line) {
        var cells = row.split(",", -1);
        if (cells.length != 3) {
            throw bad(line, "the row has %d cells".formatted(cells.length), HEADER);
        }
        var name = cells[0].strip();
        if (name.isEmpty()) {
            throw bad(line, "the series has no name", HEADER);
        }
        long time = time(cells[1].strip(), line);
        double value = value(cells[2].strip(), line);
        points.computeIfAbsent(name, key -> new Points()).add(time, value, line);
    }

    private long time(String cell, int line) {
        boolean number =
                !cell.isEmpty()
                        && cell.chars().allMatch(c -> c == '-' || Character.isDigit(c))
                        && cell.lastIndexOf('-') <= 0;
        Boolean form = epoch;
        if (form == null) {
            epoch = number;
        } else if (form != number) {
            throw bad(
                    line,
                    "the time is \"%s\"".formatted(cell),
                    form ? "epoch seconds, as above" : "an ISO-8601 time, as above");
        }
        try {
            return number ? Long.parseLong(cell) : iso(cell);
        } catch (NumberFormatException | DateTimeParseException e) {
            throw bad(
                    line,
                    "the time is \"%s\"".formatted(cell),
                    "an ISO-8601 time or epoch seconds");
        }
    }

    private static long iso(String cell) {
        var text = cell.replace(' ', 'T');
        if (!text.contains("T")) {
            return LocalDate.parse(text).toEpochSecond(java.time.LocalTime.MIN, ZoneOffset.UTC);
        }
        try {
            return OffsetDateTime.parse(text).toEpochSecond();
        } catch (DateTimeParseException withoutOffset) {
            return text.endsWith("Z")
                    ? Instant.parse(text).getEpochSecond()
                    : LocalDateTime.parse(text).toEpochSecond(ZoneOffset.UTC);
        }
    }

    private double value(String cell, int line) {
        if (cell.isEmpty()) {
            return Double.NaN;
        }
        try {
            double value = Double.parseDouble(cell);
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // The same mistake as a number that is not finite.
        }
        throw bad(
                line,
                "the value is \"%s\"".formatted(cell),
                "a finite number, or an empty cell for a gap");
    }

    private InputException bad(int line, String found, String expected) {
        return new InputException(
                "%s:%d: %s.".formatted(file, line, found)
                        + System.lineSeparator()
                        + "  "
                        + "Expected: %s.".formatted(expected));
    }

    /** The rows of one series so far. */
    private final class Points {
        private final List<Double> values = new ArrayList<>();
        private long start;
        private long last;
        private long step;

        private void add(long time, double value, int line) {
            if (values.isEmpty()) {
                start = time;
            } else if (values.size() == 1) {
                step = time - last;
                if (step <= 0) {
                    throw bad(
                            line,
                            "the time does not come after the row before",
                            "ascending times, each once");
                }
            } else if (time - last != step) {
                throw bad(
                        line,
                        "the step is %d s after steps of %d s".formatted(time - last, step),
                        "regular steps, with an empty value where one is missing");
            }
            last = time;
            values.add(value);
        }

        private Series series(String name) {
            double[] array = values.stream().mapToDouble(Double::doubleValue).toArray();
            return Series.of(name, start, Math.max(1, step), array);
        }
    }
}
