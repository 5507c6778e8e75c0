package dev.keelson.scenarios;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Streams that are read to their end while something happens to their engines.
 *
 * @param url of a gateway
 */
record OpenStreams(String url) {
    private static final Duration GENEROUS = Duration.ofMinutes(3);

    /** One request. */
    record Asked(String path, String body) {}

    /**
     * How one stream ended.
     *
     * @param reason an error in its place if it broke
     * @param tokens their ids, where it asks for them
     * @param counted completion_tokens, -1 where it does not ask for them
     */
    record Ended(String text, String reason, boolean whole, List<Integer> tokens, int counted) {}

    /**
     * All at once.
     *
     * @param begun the fault comes once so many have text
     */
    List<Ended> all(List<Asked> requests, int begun, Runnable fault) {
        var withText = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Ended>> running = new ArrayList<>();
            for (var request : requests) {
                running.add(threads.submit(() -> stream(request, withText)));
            }
            Fleet.await("streams that have begun", GENEROUS, () -> withText.get() >= begun);
            fault.run();
            List<Ended> ended = new ArrayList<>();
            for (var one : running) {
                ended.add(one.get());
            }
            return ended;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private Ended stream(Asked request, AtomicInteger begun) throws IOException {
        var connection = Load.post(url + request.path(), request.body());
        connection.setReadTimeout((int) GENEROUS.toMillis());
        if (connection.getResponseCode() != 200) {
            return new Ended("", "http " + connection.getResponseCode(), false, List.of(), -1);
        }
        var answer = new Answer(begun);
        try {
            return answer.ended(TokenStream.read(connection, answer::chunk));
        } catch (IOException cut) {
            return answer.ended("broken " + cut.getMessage());
        }
    }

    /** What came of one stream so far. */
    private static final class Answer {
        private final AtomicInteger begun;
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder reason = new StringBuilder();
        private final List<Integer> tokens = new ArrayList<>();
        private int counted = -1;

        Answer(AtomicInteger begun) {
            this.begun = begun;
        }

        void chunk(JsonNode json) {
            var piece =
                    json.at("/choices/0/text").asText("")
                            + json.at("/choices/0/delta/content").asText("");
            if (text.isEmpty() && !piece.isEmpty()) {
                begun.incrementAndGet();
            }
            text.append(piece);
            if (json.at("/choices/0/finish_reason").isTextual()) {
                reason.append(json.at("/choices/0/finish_reason").asText());
            }
            json.at("/choices/0/token_ids").forEach(id -> tokens.add(id.intValue()));
            counted = json.at("/usage/completion_tokens").asInt(counted);
        }

        Ended ended(@Nullable String failure) {
            return failure == null
                    ? new Ended(
                            text.toString(),
                            reason.toString(),
                            !reason.isEmpty(),
                            List.copyOf(tokens),
                            counted)
                    : new Ended(text.toString(), failure, false, List.copyOf(tokens), counted);
        }
    }

    /** The gateway's own count of streams that went on elsewhere. */
    double continued() {
        try (var in = URI.create(url + "/metrics").toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("keelson_gateway_streams_continued_total "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
