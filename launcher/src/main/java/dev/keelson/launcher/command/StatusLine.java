package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.fleet.FleetFolder;
import java.io.Console;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One line about a running fleet, over and over on a terminal, only at changes elsewhere. */
final class StatusLine {
    private final Session session;
    private final FleetFolder folder;
    private String last = "";

    StatusLine(Session session, FleetFolder folder) {
        this.session = session;
        this.folder = folder;
    }

    /** Follows until the supervisor has ended. */
    int follow(Process supervisor) throws InterruptedException {
        session.say("Ctrl-C ends the fleet.");
        boolean terminal =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        while (!supervisor.waitFor(2, TimeUnit.SECONDS)) {
            String line = line();
            if (terminal) {
                session.err().print("\r\u001b[2K" + line);
                session.err().flush();
            } else if (!line.equals(last)) {
                session.say(line);
            }
            last = line;
        }
        return supervisor.exitValue() == 0 ? 0 : 1;
    }

    private String line() {
        JsonNode status = new StatusReport(session, folder).read();
        var text = new StringBuilder(status.path("state").asText());
        for (JsonNode deployment : status.path("deployments")) {
            text.append(
                    "  %s %s/%s ready"
                            .formatted(
                                    deployment.path("name").asText(),
                                    deployment.path("ready").asText(),
                                    deployment.path("wanted").asText()));
        }
        return text.append("  %d processes".formatted(status.path("processes").size())).toString();
    }
}
