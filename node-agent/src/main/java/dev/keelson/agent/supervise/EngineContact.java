package dev.keelson.agent.supervise;

import dev.keelson.serving.engine.DrainNotice;
import dev.keelson.serving.engine.EngineAdapter;
import dev.keelson.serving.engine.Probe;
import dev.keelson.serving.metrics.EngineScrape;
import dev.keelson.serving.metrics.EngineScraper;
import dev.keelson.serving.metrics.ScrapeLimits;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Asks one engine over HTTP. Blocking, so called on virtual threads; one scrape at a time. */
final class EngineContact {
    private static final int OK = 200;
    private static final int SERVER_ERROR = 500;
    private static final int UNAVAILABLE = 503;
    private static final int MOST_ANSWER_BYTES = 64 << 10;

    private final EngineAdapter adapter;
    private final String base;
    private final String servedModel;
    private final String agent;
    private final @Nullable String token;
    private final EngineScraper scraper;

    /**
     * @param base such as http://127.0.0.1:9000
     * @param agent this agent's name, told to the engine with every request
     * @param token shown to the engine when it is to change; null for none
     */
    EngineContact(
            EngineAdapter adapter,
            String base,
            String servedModel,
            String agent,
            @Nullable String token) {
        this.adapter = adapter;
        this.base = base;
        this.servedModel = servedModel;
        this.agent = agent;
        this.token = token;
        this.scraper = new EngineScraper(adapter.metricNames(), ScrapeLimits.DEFAULT);
    }

    /** What came back for a probe. */
    enum Answer {
        TOKEN,
        /** No answer in time, a broken connection, or an error of the engine. */
        NONE,
        /** It answered that it will not, such as 503 or 400: that proves neither life nor death. */
        REFUSED
    }

    /** Does it listen and give a first token? */
    boolean isReady(Duration timeout) {
        try {
            HttpURLConnection health = open(adapter.readinessPath(), timeout);
            if (health.getResponseCode() != OK) {
                discard(health);
                return false;
            }
            discard(health);
            return probe(timeout) == Answer.TOKEN;
        } catch (IOException notYet) {
            return false;
        }
    }

    Answer probe(Duration timeout) {
        Probe probe = adapter.probe(servedModel);
        try {
            HttpURLConnection connection = open(probe.path(), timeout);
            post(connection, probe.body());
            int status = connection.getResponseCode();
            discard(connection);
            if (status == OK) {
                return Answer.TOKEN;
            }
            return status >= SERVER_ERROR && status != UNAVAILABLE ? Answer.NONE : Answer.REFUSED;
        } catch (IOException silent) {
            return Answer.NONE;
        }
    }

    /** Tells it how long its drain may take. Does it know now? */
    boolean announceDrain(DrainNotice notice, Duration timeout) {
        try {
            HttpURLConnection connection = open(notice.path(), timeout);
            if (token != null) {
                connection.setRequestProperty("Authorization", "Bearer " + token);
            }
            post(connection, notice.body());
            int status = connection.getResponseCode();
            discard(connection);
            return status == OK;
        } catch (IOException silent) {
            return false;
        }
    }

    private static void post(HttpURLConnection connection, String text) throws IOException {
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        connection.setFixedLengthStreamingMode(body.length);
        try (var out = connection.getOutputStream()) {
            out.write(body);
        }
    }

    EngineScrape scrape(Duration timeout) throws IOException {
        HttpURLConnection connection = open(adapter.metricsPath(), timeout);
        if (connection.getResponseCode() != OK) {
            discard(connection);
            throw new IOException(
                    "The engine answered %d for its metrics."
                            .formatted(connection.getResponseCode()));
        }
        try (InputStream in = connection.getInputStream()) {
            return scraper.read(in);
        }
    }

    private HttpURLConnection open(String path, Duration timeout) throws IOException {
        var connection =
                (HttpURLConnection)
                        URI.create(base + path).toURL().openConnection(java.net.Proxy.NO_PROXY);
        connection.setConnectTimeout((int) timeout.toMillis());
        connection.setReadTimeout((int) timeout.toMillis());
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestProperty(Probe.AGENT_HEADER, agent);
        return connection;
    }

    /**
     * Reads an answer to its end, so that its connection can serve the next request, unless it is
     * absurdly long.
     */
    private static void discard(HttpURLConnection connection) {
        try (InputStream in =
                connection.getResponseCode() < 400
                        ? connection.getInputStream()
                        : connection.getErrorStream()) {
            if (in != null) {
                var _ = in.readNBytes(MOST_ANSWER_BYTES);
            }
        } catch (IOException broken) {
            // Nothing of it was wanted.
        }
    }
}
