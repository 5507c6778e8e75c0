package dev.keelson.scenarios;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An open-loop client: requests leave on schedule whether or not earlier ones returned, streams are
 * read to their end. Success is finish_reason and then [DONE]. Its counts owe nothing to Keelson's
 * own.
 */
public final class Load {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String[] WORDS =
            "the node serves a request and then the engine drains while traffic grows in the morning"
                    .split(" ");

    static {
        // The JDK's client repeats a POST on a connection that broke; a client that counts must
        // not.
        System.setProperty("sun.net.http.retryPost", "false");
    }

    private final String url;
    private final String model;
    private final int maxTokens;
    private final List<Row> rows = Collections.synchronizedList(new ArrayList<>());
    private @Nullable Thread sender;
    private final AtomicInteger sent = new AtomicInteger();

    private Load(String url, String model, int maxTokens) {
        this.url = url;
        this.model = model;
        this.maxTokens = maxTokens;
    }

    /**
     * One request; times in seconds, ttft null when no token came.
     *
     * @param at when it was sent, from the start of the load
     */
    record Row(
            double at, @Nullable Double ttft, double endToEnd, int tokens, @Nullable String error) {
        boolean isWithin(double ttftSeconds, double tpotSeconds) {
            return ttft != null
                    && ttft <= ttftSeconds
                    && (tokens < 2 || (endToEnd - ttft) / (tokens - 1) <= tpotSeconds);
        }
    }

    /**
     * What the client saw.
     *
     * @param failed all that did not end well, those in {@code failedBeforeFirstToken} among them
     */
    public record Result(
            int sent,
            int succeeded,
            int failed,
            int failedBeforeFirstToken,
            double ttftP50Seconds,
            double ttftP99Seconds,
            double endToEndP99Seconds,
            Map<String, Integer> errors) {}

    /** Starts requests at a constant rate per second. */
    public static Load start(Fleet fleet, double rate, Duration duration, int maxTokens) {
        return start(fleet, duration, maxTokens, progress -> rate);
    }

    /**
     * @param rate requests per second at a progress of 0 to 1
     */
    public static Load start(
            Fleet fleet, Duration duration, int maxTokens, DoubleUnaryOperator rate) {
        return start(fleet.gateway(), duration, maxTokens, rate);
    }

    /**
     * @param url of one gateway
     * @param rate requests per second at a progress of 0 to 1
     */
    public static Load start(
            String url, Duration duration, int maxTokens, DoubleUnaryOperator rate) {
        return start(url, model(url), duration, maxTokens, rate);
    }

    /**
     * @param model one of those that the gateway serves
     */
    static Load start(
            String url, String model, Duration duration, int maxTokens, DoubleUnaryOperator rate) {
        var load = new Load(url, model, maxTokens);
        load.sender = Thread.ofVirtual().name("load").start(() -> load.send(duration, rate));
        return load;
    }

    public static String model(String url) {
        try (var in = URI.create(url + "/v1/models").toURL().openStream()) {
            return JSON.readTree(in).at("/data/0/id").asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int sent() {
        return sent.get();
    }

    /** Waits for every request's end. */
    public Result finish() {
        try {
            java.util.Objects.requireNonNull(sender).join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return summary();
    }

    /** Requests that finished within both limits, per second of the run. */
    public double goodput(double ttftSeconds, double tpotSeconds, Duration duration) {
        var good =
                rows.stream()
                        .filter(r -> r.error == null && r.isWithin(ttftSeconds, tpotSeconds))
                        .count();
        return good / (duration.toMillis() / 1000.0);
    }

    private void send(Duration duration, DoubleUnaryOperator rate) {
        var random = new Random(7);
        var begin = System.nanoTime();
        var at = 0.0;
        var seconds = duration.toMillis() / 1000.0;
        var threads = new ArrayList<Thread>();
        while (at < seconds) {
            TimeUnitSleep.until(begin + (long) (at * 1e9));
            var prompt = prompt(random);
            sent.incrementAndGet();
            var sentAt = at;
            threads.add(Thread.ofVirtual().start(() -> rows.add(one(prompt, sentAt))));
            at +=
                    -Math.log(1 - random.nextDouble())
                            / Math.max(0.2, rate.applyAsDouble(at / seconds));
        }
        for (var thread : threads) {
            try {
                thread.join(Duration.ofMinutes(2));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static String prompt(Random random) {
        var words = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            words.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        return words.toString();
    }

    private Row one(String prompt, double at) {
        var begin = System.nanoTime();
        try {
            return stream(prompt, at, begin);
        } catch (IOException e) {
            return new Row(
                    at, null, since(begin), 0, e.getClass().getSimpleName() + " " + e.getMessage());
        }
    }

    private Row stream(String prompt, double at, long begin) throws IOException {
        var connection = post(url + "/v1/completions", body(prompt));
        connection.setReadTimeout(90_000);
        var status = connection.getResponseCode();
        if (status != 200) {
            return new Row(at, null, since(begin), 0, "http " + status);
        }
        var seen = new Seen(at, begin);
        try {
            var failure = TokenStream.read(connection, seen::chunk);
            return seen.row(failure == null && !seen.finished ? "no finish_reason" : failure);
        } catch (IOException e) {
            return seen.row("broken " + e.getMessage());
        }
    }

    /** What came of one stream so far. */
    private static final class Seen {
        private final double at;
        private final long begin;
        private @Nullable Double first;
        private int tokens;
        private boolean finished;

        Seen(double at, long begin) {
            this.at = at;
            this.begin = begin;
        }

        void chunk(JsonNode json) {
            if (!json.at("/choices/0/text").asText("").isEmpty()) {
                first = first == null ? Double.valueOf(since(begin)) : first;
                tokens++;
            }
            finished |= json.at("/choices/0/finish_reason").asText("").equals("length");
        }

        Row row(@Nullable String error) {
            return new Row(at, first, since(begin), tokens, error);
        }
    }

    private String body(String prompt) {
        var body =
                JSON.createObjectNode()
                        .put("model", model)
                        .put("prompt", prompt)
                        .put("max_tokens", maxTokens);
        return body.put("temperature", 0).put("stream", true).put("ignore_eos", true).toString();
    }

    static HttpURLConnection post(String url, String body) throws IOException {
        var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setConnectTimeout(10_000);
        connection.setRequestProperty("Content-Type", "application/json");
        try (var out = connection.getOutputStream()) {
            out.write(body.getBytes(StandardCharsets.UTF_8));
        }
        return connection;
    }

    /** Requests that have ended, in that order. */
    List<Row> rows() {
        synchronized (rows) {
            return List.copyOf(rows);
        }
    }

    private Result summary() {
        var all = rows();
        var good = all.stream().filter(r -> r.error == null && r.tokens > 0).toList();
        var errors = new TreeMap<String, Integer>();
        all.stream()
                .filter(r -> r.error != null)
                .forEach(r -> errors.merge(String.valueOf(r.error), 1, Integer::sum));
        var broken = (int) all.stream().filter(r -> r.error != null && r.tokens > 0).count();
        int total = sent.get();
        return new Result(
                total,
                good.size(),
                total - good.size(),
                total - good.size() - broken,
                quantile(
                        good.stream()
                                .mapToDouble(r -> r.ttft == null ? Double.NaN : r.ttft)
                                .sorted()
                                .toArray(),
                        0.5),
                quantile(
                        good.stream()
                                .mapToDouble(r -> r.ttft == null ? Double.NaN : r.ttft)
                                .sorted()
                                .toArray(),
                        0.99),
                quantile(good.stream().mapToDouble(Row::endToEnd).sorted().toArray(), 0.99),
                errors);
    }

    static double quantile(double[] sorted, double level) {
        return sorted.length == 0
                ? Double.NaN
                : sorted[Math.min(sorted.length - 1, (int) (level * sorted.length))];
    }

    private static double since(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    /** The schedule of an open-loop client is the one thing here that sleeps. */
    private static final class TimeUnitSleep {
        static void until(long nanoTime) {
            try {
                TimeUnit.NANOSECONDS.sleep(nanoTime - System.nanoTime());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
