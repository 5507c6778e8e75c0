package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.Table;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Why, or why not. */
@Command(description = "Why something was decided, or why nothing was.")
final class ExplainCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "SUBJECT", description = "A decision's id or a deployment's name.")
    private String subject = "";

    @Option(names = "--at", paramLabel = "TIME", description = "ISO-8601; default now.")
    private @Nullable String at;

    ExplainCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String query = "?subject=" + encoded(subject) + (at == null ? "" : "&at=" + encoded(at));
        JsonNode answer = session.controlPlane().get("/api/v1/explain" + query);
        if (session.wantsJson()) {
            session.print(answer);
        } else if (answer.isArray()) {
            answer.forEach(this::print);
        } else {
            print(answer.has("decision") ? answer.path("decision") : answer);
            if (answer.path("forecast").isObject()) {
                ForecastText.print(session.out(), answer.path("forecast"));
            }
        }
        return 0;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void print(JsonNode decision) {
        PrintStream out = session.out();
        out.println("decision  " + decision.path("id").asText("-"));
        out.println("time      " + decision.path("time").asText("-"));
        out.println("subject   " + decision.path("deployment").asText("the fleet"));
        out.println("actions   " + Table.cell(decision.path("actions")));
        out.println("reason    " + decision.path("reason").asText("-"));
        if (!decision.path("inputs").isEmpty()) {
            out.println();
            Table.print(out, List.of("name", "value", "ageMs"), decision.path("inputs"));
        }
        if (!decision.path("rejected").isEmpty()) {
            out.println();
            Table.print(
                    out,
                    List.of("candidate", "predictedCost", "predictedSlo", "constraint"),
                    decision.path("rejected"));
        }
    }
}
