package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.launcher.Session;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Ends the local fleet. */
@Command(description = "Ends the local fleet and every process of it; the data stays.")
final class DownCommand implements Callable<Integer> {
    private final Session session;

    DownCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        boolean ended = new FleetEnd(session).end(session.folder());
        if (session.wantsJson()) {
            session.print(
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("state", "stopped")
                            .put("ended", ended));
        } else {
            session.out().println(ended ? "stopped" : "nothing was running");
        }
        return 0;
    }
}
