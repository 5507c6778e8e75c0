package dev.keelson.simulator.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Reads a trace in Mooncake's format, plain or gzip: one JSON object a line with {@code timestamp}
 * (whole milliseconds, never going back), {@code input_length}, {@code output_length} (tokens) and
 * {@code hash_ids} (one for each started block of the prompt). The file is read whole before
 * anything is used of it.
 */
public final class PrefixTrace {
    private static final String FORM =
            "expected {\"timestamp\": ms, \"input_length\": tokens, \"output_length\": tokens, \"hash_ids\": [...]}";
    private static final int LONGEST_REQUEST_TOKENS = 10_000_000;
    private static final long LONGEST_TRACE_MILLIS = 366L * 24 * 3600 * 1000;

    private static final ObjectReader JSON =
            new ObjectMapper(
                            JsonFactory.builder()
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .readerFor(JsonNode.class)
                    .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Path file;
    private final int blockTokens;
    private int line;

    private PrefixTrace(Path file, int blockTokens) {
        this.file = file;
        this.blockTokens = blockTokens;
    }

    /** Does the file begin as this format does? */
    static boolean isOne(Path file) {
        try (InputStream in = TextTable.open(file)) {
            return in.read() == '{';
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * @param blockTokens tokens of one block
     * @throws InputException with file, line and what was expected
     */
    public static List<PrefixRequest> read(Path file, int blockTokens) {
        return new PrefixTrace(file, blockTokens).read();
    }

    /**
     * Moves each arrival to a random moment of the {@code seconds} that follow it, for traces whose
     * clock is coarser than their arrivals.
     */
    public static List<PrefixRequest> spread(
            List<PrefixRequest> requests, double seconds, RandomGenerator random) {
        List<PrefixRequest> moved = new ArrayList<>(requests.size());
        for (PrefixRequest r : requests) {
            double arrival = r.arrivalSeconds() + seconds * random.nextDouble();
            moved.add(new PrefixRequest(arrival, r.inputTokens(), r.outputTokens(), r.blocks()));
        }
        moved.sort(Comparator.comparingDouble(PrefixRequest::arrivalSeconds));
        return List.copyOf(moved);
    }

    private List<PrefixRequest> read() {
        List<PrefixRequest> requests = new ArrayList<>();
        try (InputStream in = TextTable.open(file);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            double last = 0;
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                line++;
                PrefixRequest request = request(text);
                if (request.arrivalSeconds() < last) {
                    throw wrong("timestamp goes back; expected lines in the order of their time.");
                }
                last = request.arrivalSeconds();
                requests.add(request);
            }
        } catch (IOException e) {
            throw new InputException("%s: cannot be read (%s).".formatted(file, e.getMessage()));
        }
        if (requests.isEmpty()) {
            line = 1;
            throw wrong("the file is empty; " + FORM + ".");
        }
        return List.copyOf(requests);
    }

    private PrefixRequest request(String text) {
        JsonNode node;
        try {
            node = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw wrong("no valid JSON object (%s); %s.".formatted(e.getOriginalMessage(), FORM));
        }
        if (!node.isObject()) {
            throw wrong("no JSON object; " + FORM + ".");
        }
        long millis = whole(node, "timestamp", 0, LONGEST_TRACE_MILLIS);
        int inputTokens = (int) whole(node, "input_length", 1, LONGEST_REQUEST_TOKENS);
        int outputTokens = (int) whole(node, "output_length", 0, LONGEST_REQUEST_TOKENS);
        return new PrefixRequest(
                millis / 1000.0, inputTokens, outputTokens, blocks(node, inputTokens));
    }

    private List<Long> blocks(JsonNode node, int inputTokens) {
        JsonNode hashes = node.get("hash_ids");
        if (hashes == null || !hashes.isArray()) {
            throw wrong("hash_ids must be a list of whole numbers.");
        }
        int expected = (inputTokens + blockTokens - 1) / blockTokens;
        if (hashes.size() != expected) {
            throw wrong(
                    "hash_ids has %d entries; expected %d, one for each %d tokens of input_length (%d)."
                            .formatted(hashes.size(), expected, blockTokens, inputTokens));
        }
        List<Long> blocks = new ArrayList<>(expected);
        for (JsonNode hash : hashes) {
            if (!hash.isIntegralNumber() || !hash.canConvertToLong()) {
                throw wrong("hash_ids (%s) must hold whole numbers.".formatted(hash));
            }
            blocks.add(hash.longValue());
        }
        return blocks;
    }

    private long whole(JsonNode node, String name, long least, long most) {
        JsonNode value = node.get(name);
        if (value == null) {
            throw wrong("%s is missing; %s.".formatted(name, FORM));
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < least
                || value.longValue() > most) {
            throw wrong(
                    "%s (%s) must be a whole number from %d to %d."
                            .formatted(name, value, least, most));
        }
        return value.longValue();
    }

    private InputException wrong(String problem) {
        return new InputException("%s:%d: %s".formatted(file, line, problem));
    }
}
