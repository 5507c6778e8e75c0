package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.launcher.Session;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Exactness of the request stream. */
@Command(description = "Exactness of the request stream: arrivals, completions, demand counted.")
final class CountsCommand implements Callable<Integer> {
    private final Session session;

    CountsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        JsonNode counts = session.controlPlane().get("/api/v1/counts");
        if (session.wantsJson()) {
            session.print(counts);
        } else {
            counts.properties()
                    .forEach(c ->
                            session.out()
                                    .printf("%-18s %s%n", c.getKey(), c.getValue().asText("-")));
        }
        return 0;
    }
}
