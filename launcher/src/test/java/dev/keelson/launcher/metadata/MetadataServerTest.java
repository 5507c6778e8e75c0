package dev.keelson.launcher.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetadataServerTest {
    private static final String ACTION = "/latest/meta-data/spot/instance-action";

    @TempDir Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private MetadataServer server;

    @BeforeEach
    void start() throws IOException {
        server = MetadataServer.start("127.0.0.1", 0, new NoticeFolder(folder));
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void showsANoticeToItsNodeOnly() throws Exception {
        Files.writeString(
                folder.resolve("node-3.json"),
                "{\"action\": \"terminate\", \"time\": \"2026-01-01T00:00:00Z\"}\n");

        assertThat(get("/node-3" + ACTION, "").body()).contains("terminate");
        assertThat(get("/node-3/latest/meta-data/spot/termination-time", "").body())
                .isEqualTo("2026-01-01T00:00:00Z");
        assertThat(get("/node-2" + ACTION, "").statusCode()).isEqualTo(404);
    }

    @Test
    void takesOnlyTokensThatItGave() throws Exception {
        Files.writeString(folder.resolve("node-3.json"), "{}");
        var request =
                HttpRequest.newBuilder(uri("/node-3/latest/api/token"))
                        .header("X-aws-ec2-metadata-token-ttl-seconds", "60")
                        .PUT(HttpRequest.BodyPublishers.noBody())
                        .build();
        String token = client.send(request, HttpResponse.BodyHandlers.ofString()).body();

        assertThat(get("/node-3" + ACTION, token).statusCode()).isEqualTo(200);
        assertThat(get("/node-3" + ACTION, "forged").statusCode()).isEqualTo(401);
    }

    @Test
    void readsNoFileOutsideItsFolder() throws Exception {
        Files.writeString(folder.resolveSibling("outside.json"), "secret");

        assertThat(get("/..%2Foutside" + ACTION, "").statusCode()).isEqualTo(404);
    }

    private HttpResponse<String> get(String path, String token) throws Exception {
        var request = HttpRequest.newBuilder(uri(path));
        if (!token.isEmpty()) {
            request.header("X-aws-ec2-metadata-token", token);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }
}
