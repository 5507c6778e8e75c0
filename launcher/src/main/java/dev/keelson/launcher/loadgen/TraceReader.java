package dev.keelson.launcher.loadgen;

import dev.keelson.launcher.CommandFailure;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reads the Azure LLM traces: {@code TIMESTAMP,ContextTokens,GeneratedTokens}, gzip or plain. */
public final class TraceReader {
    private static final String HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens";
    private static final int LONGEST_REQUEST_TOKENS = 10_000_000;

    private TraceReader() {}

    /** All requests, in the order of the file; an error names file and line. */
    public static List<TraceRequest> read(Path file) {
        try (var in = open(file);
                var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return read(file, lines);
        } catch (IOException e) {
            throw new CommandFailure(
                    "The trace (%s) cannot be read (%s).".formatted(file, e.getMessage()), "");
        }
    }

    private static InputStream open(Path file) throws IOException {
        var in = new BufferedInputStream(Files.newInputStream(file));
        in.mark(2);
        boolean zipped = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        return zipped ? new GZIPInputStream(in) : in;
    }

    private static List<TraceRequest> read(Path file, BufferedReader lines) throws IOException {
        String header = lines.readLine();
        if (header == null || !header.strip().equals(HEADER)) {
            throw bad(file, 1, "the first line must be " + HEADER);
        }
        var requests = new ArrayList<TraceRequest>();
        @Nullable LocalDateTime first = null;
        Duration last = Duration.ZERO;
        int number = 1;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            String[] cells = line.strip().split(",", -1);
            if (cells.length != 3) {
                throw bad(file, number, "there must be 3 cells, not " + cells.length);
            }
            LocalDateTime time = time(file, number, cells[0]);
            first = first == null ? time : first;
            Duration offset = Duration.between(first, time);
            if (offset.compareTo(last) < 0) {
                throw bad(file, number, "time goes back");
            }
            last = offset;
            requests.add(
                    new TraceRequest(
                            offset,
                            tokens(file, number, cells[1]),
                            tokens(file, number, cells[2])));
        }
        if (requests.isEmpty()) {
            throw bad(file, number, "there is no request");
        }
        return requests;
    }

    private static LocalDateTime time(Path file, int line, String cell) {
        try {
            return LocalDateTime.parse(cell.strip().replace(' ', 'T'));
        } catch (DateTimeParseException e) {
            throw bad(file, line, "(%s) is not a time".formatted(cell));
        }
    }

    private static int tokens(Path file, int line, String cell) {
        try {
            int tokens = Integer.parseInt(cell.strip());
            if (tokens >= 0 && tokens <= LONGEST_REQUEST_TOKENS) {
                return tokens;
            }
        } catch (NumberFormatException e) {
            // Told below, with the place.
        }
        throw bad(file, line, "(%s) is not a number of tokens".formatted(cell));
    }

    private static CommandFailure bad(Path file, int line, String what) {
        return new CommandFailure("%s:%d: %s.".formatted(file, line, what), "");
    }
}
