package dev.keelson.launcher.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.rest.RestClient;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Asks the control plane for what a gateway or an agent needs to join. Stateless. */
final class Joiner {
    private static final Duration USABLE_IDENTITY = Duration.ofHours(20);

    private final FleetFolder folder;
    private final String controlPlaneUrl;
    private final InstantSource clock;

    Joiner(FleetFolder folder, String controlPlaneUrl, InstantSource clock) {
        this.folder = folder;
        this.controlPlaneUrl = controlPlaneUrl;
        this.clock = clock;
    }

    /**
     * True when the process has a certificate that is still good for a while: certificates live 24
     * hours and are renewed at two thirds, so one older than 20 belongs to a fleet that was down.
     */
    boolean hasIdentity(Path processFolder) {
        Path identity = processFolder.resolve("identity");
        if (!Files.isDirectory(identity)) {
            return false;
        }
        Instant oldest = clock.instant().minus(USABLE_IDENTITY);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(identity)) {
            for (Path file : files) {
                if (Files.getLastModifiedTime(file).toInstant().isAfter(oldest)) {
                    return true;
                }
            }
        } catch (IOException e) {
            return false;
        }
        return false;
    }

    /** A fresh single-use token; fails while the control plane does not answer. */
    FleetPlan.JoinGrant mint() throws IOException {
        String admin = Files.readString(folder.adminToken()).strip();
        var client = new RestClient(controlPlaneUrl, admin, Duration.ofSeconds(5));
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("expires", "10m");
        JsonNode answer = client.post("/api/v1/join-tokens", body);
        String token = answer.path("token").asText("");
        String fingerprint = answer.path("caFingerprint").asText("");
        if (token.isEmpty() || fingerprint.isEmpty()) {
            throw new CommandFailure("The control plane answered without a join token.", "");
        }
        return new FleetPlan.JoinGrant(token, fingerprint);
    }
}
