package dev.keelson.forecaster.learned.study;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The public series of the studies, from an external folder: {@code harmony-fisher} and {@code
 * nab}.
 *
 * @param folder where these folders are
 */
record StudyData(Path folder) {
    /** Containers of the Fisher set. */
    static final int CONTAINERS = 10;

    /** Indicators per container. */
    static final int INDICATORS = 11;

    /** Place of {@code cpu.busy} among them. */
    static final int CPU = 8;

    /** Indicators of a container, {@code [indicator][step]}, ten minutes a step. */
    double[][] fisher(int container) throws IOException {
        Path file = folder.resolve("harmony-fisher/container%d.csv.gz".formatted(container));
        List<double[]> rows = rows(file, INDICATORS);
        double[][] columns = new double[INDICATORS][rows.size()];
        for (int t = 0; t < rows.size(); t++) {
            for (int c = 0; c < INDICATORS; c++) {
                columns[c][t] = rows.get(t)[c];
            }
        }
        return columns;
    }

    /** One of NAB's series by its path below {@code nab}. */
    double[] nab(String path) throws IOException {
        return rows(folder.resolve("nab").resolve(path), 1).stream()
                .mapToDouble(row -> row[0])
                .toArray();
    }

    /** The values after the time in each line but the first. */
    private static List<double[]> rows(Path file, int columns) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IOException(
                    "There is no %s.\nGive the folder that holds harmony-fisher and nab with --datasets."
                            .formatted(file));
        }
        List<double[]> rows = new ArrayList<>();
        try (var in =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(file)),
                                StandardCharsets.UTF_8))) {
            in.readLine();
            String line = in.readLine();
            while (line != null) {
                rows.add(row(line, columns, file, rows.size() + 2));
                line = in.readLine();
            }
        }
        return rows;
    }

    private static double[] row(String line, int columns, Path file, int number)
            throws IOException {
        String[] cells = line.split(",", -1);
        double[] row = new double[columns];
        try {
            for (int c = 0; c < columns; c++) {
                row[c] = cells[c + 1].isBlank() ? Double.NaN : Double.parseDouble(cells[c + 1]);
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IOException(
                    "%s:%d: expected a time and %d numbers.".formatted(file, number, columns));
        }
        return row;
    }
}
