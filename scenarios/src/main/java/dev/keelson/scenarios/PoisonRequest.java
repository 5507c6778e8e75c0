package dev.keelson.scenarios;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A prompt that kills every engine that reads it, among others that kill none. */
public final class PoisonRequest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PROMPT = "the engine reads this and dies";
    private static final Duration GENEROUS = Duration.ofMinutes(3);
    private static final int INNOCENTS = 6;

    private final String url;
    private final String model;

    private PoisonRequest(Fleet fleet) {
        url = fleet.gateway();
        model = Load.model(url);
    }

    /** What the fleet must be started with. */
    public static Map<String, String> environment() {
        try {
            var hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(PROMPT.getBytes(StandardCharsets.UTF_8));
            return Map.of("KEELSON_CHAOS_POISON_SHA256", HexFormat.of().formatHex(hash));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * What was seen.
     *
     * @param status of the killer's answer, and of its second try's
     * @param errorType of both answers
     * @param enginesLost engines that died before the first answer
     * @param enginesLostAgain engines that died by the second try
     * @param innocentStatuses every status that the other requests got
     * @param incidents of the kind poison-request
     */
    public record Outcome(
            List<Integer> status,
            List<String> errorType,
            int enginesLost,
            int enginesLostAgain,
            Set<Integer> innocentStatuses,
            List<JsonNode> incidents) {}

    private record Answer(int status, String body) {}

    /** Sends the killer while others run, then once more; returns once the fleet is whole again. */
    public static Outcome send(Fleet fleet) {
        fleet.steady(GENEROUS);
        var request = new PoisonRequest(fleet);
        var begin = Instant.now();
        var before = fleet.pids("engine");
        var statuses = Collections.synchronizedSet(new TreeSet<Integer>());
        var innocents = new CopyOnWriteArrayList<Thread>();
        for (int i = 0; i < INNOCENTS; i++) {
            int number = i;
            innocents.add(
                    Thread.ofVirtual()
                            .start(() ->
                                    request.innocent(begin.plusSeconds(15), number, statuses)));
        }
        var first = request.post(PROMPT);
        var lost = new TreeSet<>(before);
        lost.removeIf(Fleet::isAlive);
        for (var thread : innocents) {
            join(thread);
        }
        Fleet.await(
                "the killer's incident",
                GENEROUS,
                () -> !Incidents.since(fleet, begin, Set.of("poison-request")).isEmpty());
        fleet.steady(GENEROUS);
        var whole = fleet.pids("engine");
        var second = request.post(PROMPT);
        var lostAgain = new TreeSet<>(whole);
        lostAgain.removeIf(Fleet::isAlive);
        return new Outcome(
                List.of(first.status(), second.status()),
                List.of(type(first), type(second)),
                lost.size(),
                lostAgain.size(),
                Set.copyOf(statuses),
                Incidents.since(fleet, begin, Set.of("poison-request")));
    }

    private void innocent(Instant until, int number, Set<Integer> statuses) {
        for (int i = 0; Instant.now().isBefore(until); i++) {
            statuses.add(post("request %d of client %d".formatted(i, number)).status());
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(Duration.ofMinutes(2));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String type(Answer answer) {
        try {
            return JSON.readTree(answer.body()).at("/error/type").asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Answer post(String prompt) {
        var body =
                JSON.createObjectNode()
                        .put("model", model)
                        .put("prompt", prompt)
                        .put("max_tokens", 16)
                        .put("ignore_eos", true)
                        .toString();
        try {
            var connection = Load.post(url + "/v1/completions", body);
            connection.setReadTimeout((int) TimeUnit.SECONDS.toMillis(90));
            var status = connection.getResponseCode();
            try (InputStream in =
                    status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                return new Answer(
                        status,
                        in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            return new Answer(0, "{\"error\":{\"type\":\"%s\"}}".formatted(e.getClass().getName()));
        }
    }
}
