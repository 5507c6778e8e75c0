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

/**
 * Streams that are read to their end while something happens to their engines.
 *
 * @param url of a gateway
 */
record OpenStreams(String url) {
    private static final Duration GENEROUS = Duration.ofMinutes(3);

    /** One request. */
    record Asked(String path, String body) {}

    /** How one stream ended; an error in place of the reason if it broke. */
    record Ended(String text, String reason, boolean whole) {}

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
            return new Ended("", "http " + connection.getResponseCode(), false);
        }
        var text = new StringBuilder();
        var reason = new StringBuilder();
        var failure =
                TokenStream.read(
                        connection,
                        json -> {
                            var piece = piece(json);
                            if (text.isEmpty() && !piece.isEmpty()) {
                                begun.incrementAndGet();
                            }
                            text.append(piece);
                            if (json.at("/choices/0/finish_reason").isTextual()) {
                                reason.append(json.at("/choices/0/finish_reason").asText());
                            }
                        });
        return failure == null
                ? new Ended(text.toString(), reason.toString(), !reason.isEmpty())
                : new Ended(text.toString(), failure, false);
    }

    private static String piece(JsonNode chunk) {
        return chunk.at("/choices/0/text").asText("")
                + chunk.at("/choices/0/delta/content").asText("");
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
