package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.chaos.ChaosActions;
import dev.keelson.launcher.fleet.FleetFolder;
import dev.keelson.launcher.fleet.FleetState;
import dev.keelson.launcher.rest.RestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Faults on purpose. */
@Command(description = "Puts a fault in place in the local fleet.")
final class ChaosCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            index = "0",
            paramLabel = "ACTION",
            description =
                    "kill-engine|hang-engine REPLICA, kill-node|restore-node|partition-node NODE,"
                            + " spot-notice NODE, kill-gateway [NAME], kill-control-plane,"
                            + " stop-kafka, stop-flink")
    private String action = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "TARGET")
    private @Nullable String target;

    @Option(
            names = "--for",
            paramLabel = "D",
            converter = DurationText.class,
            description = "How long; without it until it is undone or restarted.")
    private @Nullable Duration lasting;

    @Option(
            names = "--lead",
            paramLabel = "D",
            converter = DurationText.class,
            description = "Time from a spot notice to its deadline; default 2m.")
    private @Nullable Duration lead;

    ChaosCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (!ChaosActions.ALL.contains(action)) {
            throw new CommandFailure(
                    "chaos does not know (%s).".formatted(action),
                    "Known: " + String.join(", ", ChaosActions.ALL),
                    CommandFailure.USAGE);
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("action", action);
        body.put("target", target == null ? "" : target);
        if (lasting != null) {
            body.put("forMs", lasting.toMillis());
        }
        if (lead != null) {
            body.put("leadMs", lead.toMillis());
        }
        JsonNode answer = supervisor().post("/chaos", body);
        if (session.wantsJson()) {
            session.print(answer);
        } else {
            session.out()
                    .printf(
                            "%s %s at %s%n",
                            answer.path("action").asText(),
                            answer.path("target").asText(),
                            answer.path("startedAt").asText());
        }
        return 0;
    }

    private RestClient supervisor() {
        FleetFolder folder = session.folder();
        FleetState state =
                FleetState.read(folder)
                        .filter(found -> found.supervisor().runs())
                        .orElseThrow(() ->
                                new CommandFailure(
                                        "No fleet runs in %s.".formatted(folder.data()),
                                        "Start one with: keelson up --data " + folder.data()));
        try {
            String token = Files.readString(folder.supervisorToken()).strip();
            return new RestClient(state.supervisorUrl(), token, Duration.ofSeconds(15));
        } catch (IOException e) {
            throw new CommandFailure(
                    "The supervisor's token cannot be read (%s).".formatted(e.getMessage()),
                    "Only the owner of the fleet may put faults in place.");
        }
    }
}
