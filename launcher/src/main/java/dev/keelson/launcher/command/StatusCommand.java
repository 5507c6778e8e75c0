package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.Table;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** What runs. */
@Command(description = "What runs: processes, deployments, addresses.")
final class StatusCommand implements Callable<Integer> {
    // Short: a stopped control plane accepts connections and answers nothing.
    private static final Duration PATIENCE = Duration.ofMillis(1500);

    private final Session session;

    StatusCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ObjectNode report = new StatusReport(session, session.folder()).read();
        if (session.wantsJson()) {
            session.print(report);
            return 0;
        }
        var out = session.out();
        out.println(report.path("state").asText());
        if (report.has("gateway")) {
            out.println("gateway    " + report.path("gateway").path("url").asText());
            out.println("dashboard  " + dashboard(report));
        }
        out.println();
        Table.print(
                out,
                List.of("name", "kind", "pid", "state", "restarts", "note"),
                report.path("processes"));
        out.println();
        Table.print(
                out,
                List.of("name", "model", "wanted", "ready", "demandAgeMs"),
                report.path("deployments"));
        return 0;
    }

    /** With a fresh one-time link, because the page asks people to get one here. */
    private String dashboard(ObjectNode report) {
        String address = report.path("dashboard").path("url").asText();
        return report.path("state").asText().equals("stopped")
                ? address
                : LoginLink.fresh(session.controlPlane(PATIENCE), address);
    }
}
