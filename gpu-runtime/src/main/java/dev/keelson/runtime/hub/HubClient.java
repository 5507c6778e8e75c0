package dev.keelson.runtime.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Speaks to a hub over HTTP. The token goes to the hub alone, not to where it redirects; redirects
 * never lead from HTTPS to HTTP.
 */
final class HubClient implements AutoCloseable {
    private static final int MOST_REDIRECTS = 5;
    private static final int MOST_FAILURES = 5; // in a row without a byte
    private static final int LARGEST_LISTING = 16 << 20;
    private static final int CHUNK = 1 << 18;

    private final URI hub;
    private final @Nullable String token;
    private final Duration patience;
    private final Consumer<Duration> pause;
    private final HttpClient http;

    /**
     * A client of one hub.
     *
     * @param hub its address, {@code http} or {@code https}, without a path's last slash
     * @param patience how long to wait for a connection, an answer or its next byte
     * @param pause waits between tries
     */
    HubClient(URI hub, @Nullable String token, Duration patience, Consumer<Duration> pause) {
        this.hub = hub;
        this.token = token;
        this.patience = patience;
        this.pause = pause;
        http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(patience)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
    }

    /**
     * The files of a model.
     *
     * @throws HubException if the hub has no such model or does not give it
     */
    HubListing listing(HubName model) throws IOException, InterruptedException {
        URI uri =
                at(
                        "/api/models/%s/revision/%s?blobs=true"
                                .formatted(model.path(), model.revision().replace("/", "%2F")));
        for (int failures = 0; ; failures++) {
            try (var body = new PatientStream(open(uri, 0, model.toString()).body(), patience)) {
                byte[] answer = body.readNBytes(LARGEST_LISTING);
                return HubListing.parse(model, answer);
            } catch (Unavailable e) {
                retry(failures, e);
            }
        }
    }

    /**
     * Downloads a file, going on where an earlier try ended.
     *
     * @param part holds what has come; whole and proved right when this returns
     * @throws HubException if the hub does not give it, or gives other bytes than it announced
     */
    void download(HubName model, String commit, HubFile file, Path part, FetchProgress progress)
            throws IOException, InterruptedException {
        URI uri = at("/%s/resolve/%s/%s".formatted(model.path(), commit, file.name()));
        int failures = 0;
        long had = held(file, part);
        while (had < file.size() || !Files.exists(part)) {
            try {
                append(uri, file, part, had, progress);
            } catch (IOException e) {
                if (e instanceof HubException) {
                    throw e;
                }
                failures = held(file, part) > had ? 0 : failures + 1;
                retry(failures, e);
            }
            had = held(file, part);
        }
        prove(file, part);
    }

    /** Bytes that a part holds; one that is too long is of something else. */
    private static long held(HubFile file, Path part) throws IOException {
        long had = Files.exists(part) ? Files.size(part) : 0;
        if (had > file.size()) {
            Files.delete(part);
            return 0;
        }
        return had;
    }

    private void append(URI uri, HubFile file, Path part, long had, FetchProgress progress)
            throws IOException, InterruptedException {
        HttpResponse<InputStream> response = open(uri, had, file.name());
        boolean resumed = response.statusCode() == 206;
        try (var body = new PatientStream(response.body(), patience);
                var out =
                        Files.newOutputStream(
                                part,
                                StandardOpenOption.CREATE,
                                resumed
                                        ? StandardOpenOption.APPEND
                                        : StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE)) {
            long done = resumed ? had : 0;
            byte[] chunk = new byte[CHUNK];
            for (int n = body.read(chunk); n >= 0; n = body.read(chunk)) {
                done += n;
                if (done > file.size()) {
                    throw new HubException(
                            "%s: the hub sends more than the %d bytes that it announced"
                                    .formatted(file.name(), file.size()));
                }
                out.write(chunk, 0, n);
                progress.at(file.name(), done, file.size());
            }
            if (done < file.size()) {
                throw new Unavailable(file.name() + ": the answer ended early");
            }
        }
    }

    private static void prove(HubFile file, Path part) throws IOException {
        MessageDigest digest = file.newDigest();
        try (InputStream in = Files.newInputStream(part)) {
            byte[] chunk = new byte[CHUNK];
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                digest.update(chunk, 0, n);
            }
        }
        String found = HexFormat.of().formatHex(digest.digest());
        if (!found.equals(file.digest())) {
            Files.delete(part);
            throw new HubException(
                    "%s: its checksum is %s, the hub announced %s; what had come was deleted"
                            .formatted(file.name(), found, file.digest()));
        }
    }

    private HttpResponse<InputStream> open(URI first, long from, String what)
            throws IOException, InterruptedException {
        URI uri = first;
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            var request = HttpRequest.newBuilder(uri).timeout(patience);
            if (from > 0) {
                request.header("Range", "bytes=" + from + "-");
            }
            if (token != null && sameServer(uri, hub)) {
                request.header("Authorization", "Bearer " + token);
            }
            var response = http.send(request.build(), BodyHandlers.ofInputStream());
            int status = response.statusCode();
            if (status == 200 || status == 206) {
                return response;
            }
            response.body().close();
            String next = response.headers().firstValue("Location").orElse(null);
            if (status / 100 != 3 || next == null) {
                throw refusal(status, what);
            }
            URI target = uri.resolve(next);
            if (uri.getScheme().equals("https") && !"https".equals(target.getScheme())) {
                throw new HubException(what + ": the hub redirects from https to " + target);
            }
            uri = target;
        }
        throw new HubException(what + ": the hub redirects in circles");
    }

    private IOException refusal(int status, String what) {
        return switch (status) {
            case 401, 403 ->
                    new HubException(
                            "%s: the hub refuses it (%d); a private or gated model needs a token that may read it in HF_TOKEN"
                                    .formatted(what, status));
            case 404 -> new HubException("%s: %s does not have it".formatted(what, hub));
            case 408, 425, 429, 500, 502, 503, 504 ->
                    new Unavailable("%s: the hub answers %d".formatted(what, status));
            default -> new HubException("%s: the hub answers %d".formatted(what, status));
        };
    }

    private void retry(int failures, IOException cause) throws IOException {
        if (failures >= MOST_FAILURES) {
            throw cause;
        }
        pause.accept(Duration.ofSeconds(1L << failures));
    }

    private URI at(String path) {
        return URI.create(hub + path);
    }

    private static boolean sameServer(URI a, URI b) {
        return a.getScheme().equals(b.getScheme()) && a.getAuthority().equals(b.getAuthority());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    /** Something that another try may mend. */
    private static final class Unavailable extends IOException {
        private static final long serialVersionUID = 1;

        Unavailable(String message) {
            super(message);
        }
    }
}
