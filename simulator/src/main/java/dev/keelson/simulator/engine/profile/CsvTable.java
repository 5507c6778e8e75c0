package dev.keelson.simulator.engine.profile;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A CSV file with a header, plain or compressed with gzip. Quotes are not part of these formats.
 */
public final class CsvTable {
    private final Path file;
    private final Map<String, Integer> columns;
    private final List<Row> rows;

    private CsvTable(Path file, Map<String, Integer> columns, List<Row> rows) {
        this.file = file;
        this.columns = columns;
        this.rows = rows;
    }

    /** Reads a file that must have these columns, others allowed, and at least one row. */
    public static CsvTable read(Path file, List<String> required) throws IOException {
        try (var reader = open(file)) {
            var header = reader.readLine();
            if (header == null || header.isBlank()) {
                throw new MalformedInputException(
                        file,
                        1,
                        "the file is empty",
                        "a header with " + String.join(",", required));
            }
            var columns = new HashMap<String, Integer>();
            var names = header.strip().split(",", -1);
            for (int i = 0; i < names.length; i++) {
                columns.put(names[i].strip(), i);
            }
            for (var name : required) {
                if (!columns.containsKey(name)) {
                    throw new MalformedInputException(
                            file,
                            1,
                            "the column \"%s\" is missing".formatted(name),
                            "a header with " + String.join(",", required));
                }
            }
            var table = new CsvTable(file, columns, new ArrayList<>());
            table.readRows(reader, names.length);
            return table;
        } catch (ZipException e) {
            throw new MalformedInputException(
                    file, 0, "it is not compressed with gzip", "a gzip file");
        }
    }

    /** The file itself, or the same name with {@code .gz}; the plain name when neither exists. */
    public static Path plainOrCompressed(Path file) {
        var compressed = file.resolveSibling(file.getFileName() + ".gz");
        return !Files.exists(file) && Files.exists(compressed) ? compressed : file;
    }

    /** The rows, in the order of the file. */
    public List<Row> rows() {
        return List.copyOf(rows);
    }

    /** Whether there is such a column. */
    public boolean has(String column) {
        return columns.containsKey(column);
    }

    private static BufferedReader open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new MalformedInputException(file, 0, "there is no such file", "a CSV file");
        }
        var bytes = Files.newInputStream(file);
        var name = file.getFileName().toString();
        try {
            return new BufferedReader(
                    new InputStreamReader(
                            name.endsWith(".gz") ? new GZIPInputStream(bytes) : bytes,
                            StandardCharsets.UTF_8));
        } catch (IOException e) {
            bytes.close();
            throw e;
        }
    }

    private void readRows(BufferedReader reader, int width) throws IOException {
        long line = 1;
        for (var text = reader.readLine(); text != null; text = reader.readLine()) {
            line++;
            if (text.isBlank()) {
                continue;
            }
            var cells = text.strip().split(",", -1);
            if (cells.length != width) {
                throw new MalformedInputException(
                        file,
                        line,
                        "the row has %d cells".formatted(cells.length),
                        width + " cells, as in the header");
            }
            rows.add(new Row(line, cells));
        }
        if (rows.isEmpty()) {
            throw new MalformedInputException(
                    file, 2, "there is no row below the header", "at least one row");
        }
    }

    /** One row. */
    public final class Row {
        private final long line;
        private final String[] cells;

        private Row(long line, String[] cells) {
            this.line = line;
            this.cells = cells;
        }

        /** Its line in the file, from 1. */
        public long line() {
            return line;
        }

        /** A cell that must not be empty. */
        public String text(String column) {
            Integer place = columns.get(column);
            if (place == null) {
                throw new MalformedInputException(
                        file, 1, "the column \"%s\" is missing".formatted(column), column);
            }
            var cell = cells[place].strip();
            if (cell.isEmpty()) {
                throw new MalformedInputException(
                        file,
                        line,
                        "the cell \"%s\" is empty".formatted(column),
                        "a value for " + column);
            }
            return cell;
        }

        /** A cell that may be empty. */
        public Optional<String> optional(String column) {
            Integer place = columns.get(column);
            return place == null
                    ? Optional.empty()
                    : Optional.of(cells[place].strip()).filter(cell -> !cell.isEmpty());
        }

        /** A whole number of at least this much. */
        public int whole(String column, int least) {
            var cell = text(column);
            try {
                int value = Integer.parseInt(cell);
                if (value >= least) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Falls through to the same message: not a number and a number out of range are one
                // mistake.
            }
            throw bad(column, cell, "a whole number of at least " + least);
        }

        /** A finite number of at least this much. */
        public double number(String column, double least) {
            var cell = text(column);
            try {
                double value = Double.parseDouble(cell);
                if (Double.isFinite(value) && value >= least) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // As above.
            }
            throw bad(
                    column,
                    cell,
                    "a finite number" + (Double.isInfinite(least) ? "" : " of at least " + least));
        }

        /** What is wrong with a cell of this row. */
        public MalformedInputException bad(String column, String found, String expected) {
            return new MalformedInputException(
                    file,
                    line,
                    "%s is \"%s\"".formatted(column, found),
                    expected + " for " + column);
        }
    }
}
