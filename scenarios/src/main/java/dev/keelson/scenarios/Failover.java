package dev.keelson.scenarios;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Streams in flight on an engine that is killed: each must end with exactly the text and the reason
 * that it has when nothing is killed.
 */
public final class Failover {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration GENEROUS = Duration.ofMinutes(3);
    private static final int TOKENS = 96;
    private static final List<String> PROMPTS =
            List.of(
                    "Captain Mara took the Windlass from Grenhold",
                    "Grüße aus 東京 — naïve café, ship 🚢 and",
                    "User: How many replicas are ready?",
                    "On the shelf of Nadia stand");

    /** How one stream ended; an error in place of the reason if it broke. */
    private record Ended(String text, String reason, boolean whole) {}

    private final String url;
    private final String model;
    private final int streams;

    private Failover(String url, int streams) {
        this.url = url;
        this.model = Load.model(url);
        this.streams = streams;
    }

    /**
     * Kills one engine a round, once a third of the streams have their first text.
     *
     * @param streams at once
     */
    public static Figures rounds(Fleet fleet, int streams, int rounds) {
        fleet.steady(GENEROUS);
        var failover = new Failover(fleet.gateway(), streams);
        List<Ended> undisturbed = failover.all(() -> {});
        var before = failover.continued();
        int broken = 0;
        int different = 0;
        for (int round = 0; round < rounds; round++) {
            fleet.steady(GENEROUS);
            var engines = List.copyOf(fleet.pids("engine"));
            var victim = engines.get(round % engines.size());
            List<Ended> disturbed = failover.all(() -> Fleet.signal(victim, "KILL"));
            for (int i = 0; i < streams; i++) {
                if (!disturbed.get(i).whole()) {
                    broken++;
                } else if (!disturbed.get(i).equals(undisturbed.get(i))) {
                    different++;
                }
            }
        }
        fleet.steady(GENEROUS);
        int sent = streams * rounds;
        var values = new LinkedHashMap<String, Double>();
        values.put("rounds", (double) rounds);
        values.put("brokenStreams", (double) broken);
        values.put("differentTexts", (double) different);
        values.put("continuedStreams", failover.continued() - before);
        values.put(
                "brokenUndisturbed", (double) undisturbed.stream().filter(e -> !e.whole()).count());
        return new Figures(
                new Load.Result(
                        sent,
                        sent - broken,
                        broken,
                        0,
                        Double.NaN,
                        Double.NaN,
                        Double.NaN,
                        java.util.Map.of()),
                values);
    }

    // The fault comes once a third of the streams have text: some then run, some wait.
    private List<Ended> all(Runnable fault) {
        var begun = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Ended>> running = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                String body = body(i);
                running.add(threads.submit(() -> stream(body, begun)));
            }
            Fleet.await(
                    "streams that have begun",
                    GENEROUS,
                    () -> begun.get() >= Math.max(1, streams / 3));
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

    /** Greedy, seeded with penalties, hot enough to cut characters in two, with a stop text. */
    private String body(int i) {
        var body =
                JSON.createObjectNode()
                        .put("model", model)
                        .put("prompt", PROMPTS.get(i % PROMPTS.size()) + " " + i)
                        .put("max_tokens", TOKENS)
                        .put("stream", true);
        switch (i % 4) {
            case 0 -> body.put("temperature", 0).put("ignore_eos", true);
            case 1 ->
                    body.put("temperature", 0.8)
                            .put("seed", i)
                            .put("ignore_eos", true)
                            .put("frequency_penalty", 1)
                            .put("presence_penalty", 0.5);
            case 2 -> body.put("temperature", 2).put("seed", i).put("ignore_eos", true);
            default ->
                    body.put("temperature", 0.8)
                            .put("seed", i)
                            .putArray("stop")
                            .add(". The")
                            .add("\n");
        }
        return body.toString();
    }

    private Ended stream(String body, AtomicInteger begun) throws IOException {
        var connection = Load.post(url + "/v1/completions", body);
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
                            if (text.isEmpty()) {
                                begun.incrementAndGet();
                            }
                            text.append(json.at("/choices/0/text").asText(""));
                            if (json.at("/choices/0/finish_reason").isTextual()) {
                                reason.append(json.at("/choices/0/finish_reason").asText());
                            }
                        });
        return failure == null
                ? new Ended(text.toString(), reason.toString(), !reason.isEmpty())
                : new Ended(text.toString(), failure, false);
    }

    /** The gateway's own count. */
    private double continued() {
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
