package dev.keelson.controlplane.nodes;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.NodeId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The supervisor of a local fleet starts and ends agents on this machine. Thread-safe. */
public final class SupervisorNodes implements NodeProvider {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final URI base;
    private final Path tokenFile;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final ObjectMapper json = new ObjectMapper();

    public SupervisorNodes(String url, Path tokenFile) {
        this.base = URI.create(url.endsWith("/") ? url : url + "/");
        this.tokenFile = tokenFile;
    }

    @Override
    public NodeId acquire(CapacityType capacityType) throws IOException, InterruptedException {
        var body = json.writeValueAsString(Map.of("capacityType", capacityType.name()));
        var answer =
                send(
                        request("nodes")
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body)));
        return new NodeId(json.readTree(answer).path("name").asText());
    }

    @Override
    public void release(NodeId node) throws IOException, InterruptedException {
        send(request("nodes/" + node.value()).DELETE());
    }

    private HttpRequest.Builder request(String path) throws IOException {
        return HttpRequest.newBuilder(base.resolve(path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + Files.readString(tokenFile).strip());
    }

    private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var answer = client.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException("the supervisor answered %d".formatted(answer.statusCode()));
        }
        return answer.body();
    }
}
