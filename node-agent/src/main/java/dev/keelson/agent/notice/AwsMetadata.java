package dev.keelson.agent.notice;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The spot notice of AWS, read from the instance metadata service with a session token (IMDSv2).
 * 404 means that no notice stands. Not thread-safe: one read at a time.
 */
public final class AwsMetadata implements NoticeSource {
    private static final String ACTION_PATH = "/latest/meta-data/spot/instance-action";
    private static final String TOKEN_PATH = "/latest/api/token";
    private static final Duration TOKEN_LIFE = Duration.ofHours(6);
    private static final int TIMEOUT_MS = 2000;
    private static final int MOST_BYTES = 16 << 10;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String base;
    private final InstantSource clock;
    private @Nullable String token;
    private Instant tokenUntil = Instant.MIN;

    /**
     * @param base base address, such as http://169.254.169.254; may have a path
     */
    public AwsMetadata(URI base, InstantSource clock) {
        String text = base.toString();
        this.base = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        this.clock = clock;
    }

    @Override
    public Optional<SpotAction> read() throws IOException {
        HttpURLConnection answer = get();
        if (answer.getResponseCode() == HttpURLConnection.HTTP_UNAUTHORIZED) {
            // The service forgot its tokens: once more with a new one.
            body(answer);
            token = null;
            answer = get();
        }
        int status = answer.getResponseCode();
        String body = body(answer);
        return switch (status) {
            case HttpURLConnection.HTTP_OK -> Optional.of(parse(body));
            case HttpURLConnection.HTTP_NOT_FOUND -> Optional.empty();
            default -> throw new IOException("The metadata service answered %d.".formatted(status));
        };
    }

    private HttpURLConnection get() throws IOException {
        HttpURLConnection connection = open(ACTION_PATH);
        connection.setRequestProperty("X-aws-ec2-metadata-token", token());
        return connection;
    }

    private String token() throws IOException {
        String current = token;
        if (current != null && clock.instant().isBefore(tokenUntil)) {
            return current;
        }
        HttpURLConnection connection = open(TOKEN_PATH);
        connection.setRequestMethod("PUT");
        connection.setRequestProperty(
                "X-aws-ec2-metadata-token-ttl-seconds", Long.toString(TOKEN_LIFE.toSeconds()));
        int status = connection.getResponseCode();
        String body = body(connection).trim();
        if (status != HttpURLConnection.HTTP_OK || body.isEmpty()) {
            throw new IOException(
                    "The metadata service answered %d for a token.".formatted(status));
        }
        token = body;
        tokenUntil = clock.instant().plus(TOKEN_LIFE.dividedBy(2));
        return body;
    }

    private static SpotAction parse(String body) throws IOException {
        try {
            JsonNode json = JSON.readTree(body);
            return new SpotAction(
                    json.required("action").asText(),
                    Instant.parse(json.required("time").asText()),
                    "aws-imds");
        } catch (IllegalArgumentException | DateTimeException malformed) {
            throw new IOException("The metadata service's notice is malformed.", malformed);
        }
    }

    private HttpURLConnection open(String path) throws IOException {
        var connection =
                (HttpURLConnection) URI.create(base + path).toURL().openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout(TIMEOUT_MS);
        connection.setReadTimeout(TIMEOUT_MS);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        return connection;
    }

    private static String body(HttpURLConnection connection) throws IOException {
        try (var in =
                connection.getResponseCode() < 400
                        ? connection.getInputStream()
                        : connection.getErrorStream()) {
            return in == null ? "" : new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
        }
    }
}
