package dev.keelson.scenarios;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.scenarios.OpenStreams.Ended;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.IntStream;

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

    private final OpenStreams streams;
    private final String model;
    private final int count;

    private Failover(String url, int count) {
        this.streams = new OpenStreams(url);
        this.model = Load.model(url);
        this.count = count;
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
        var before = failover.streams.continued();
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
        values.put("continuedStreams", failover.streams.continued() - before);
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
        var requests =
                IntStream.range(0, count)
                        .mapToObj(i -> new OpenStreams.Asked("/v1/completions", body(i)))
                        .toList();
        return streams.all(requests, Math.max(1, count / 3), fault);
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
}
