package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.Table;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Who may do what, and who may join. */
final class TokenCommands {
    private TokenCommands() {}

    private static void printCreated(Session session, JsonNode answer) {
        if (session.wantsJson()) {
            session.print(answer);
            return;
        }
        answer.properties()
                .forEach(field ->
                        session.out()
                                .printf(
                                        "%-14s %s%n",
                                        field.getKey(), Table.cell(field.getValue())));
    }

    private static void printList(Session session, JsonNode rows, List<String> columns) {
        if (session.wantsJson()) {
            session.print(rows);
        } else {
            Table.print(session.out(), columns, rows);
        }
    }

    @Command(description = "Single-use tokens with which agents and gateways join.")
    static final class JoinToken {
        private final Session session;

        JoinToken(Session session) {
            this.session = session;
        }

        @Command(name = "create", description = "Makes one; it is shown once.")
        int create(
                @Option(
                                names = "--expires",
                                paramLabel = "D",
                                converter = DurationText.class,
                                description = "Usable this long; default 1h.")
                        @Nullable Duration expires) {
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            body.put("expires", (expires == null ? 3600 : expires.toSeconds()) + "s");
            printCreated(session, session.controlPlane().post("/api/v1/join-tokens", body));
            return 0;
        }

        @Command(name = "list", description = "Those that are not used yet.")
        int list() {
            printList(
                    session,
                    session.controlPlane().get("/api/v1/join-tokens"),
                    List.of("id", "createdAt", "expiresAt", "createdBy"));
            return 0;
        }

        @Command(name = "revoke", description = "Makes one unusable.")
        int revoke(@Parameters(paramLabel = "ID") String id) {
            session.controlPlane()
                    .delete("/api/v1/join-tokens/" + MutationCommands.Mutation.segment(id));
            session.say("revoked");
            return 0;
        }
    }

    @Command(description = "Bearer tokens of people and scripts.")
    static final class Token {
        private final Session session;

        Token(Session session) {
            this.session = session;
        }

        @Command(name = "create", description = "Makes one; it is shown once.")
        int create(
                @Option(
                                names = "--role",
                                required = true,
                                description = "viewer, operator, policy-author or admin.")
                        String role,
                @Option(names = "--name", description = "Whose it is.") @Nullable String name) {
            ObjectNode body = JsonNodeFactory.instance.objectNode().put("role", role);
            if (name != null) {
                body.put("name", name);
            }
            printCreated(session, session.controlPlane().post("/api/v1/tokens", body));
            return 0;
        }

        @Command(name = "list", description = "All tokens, without their secrets.")
        int list() {
            printList(
                    session,
                    session.controlPlane().get("/api/v1/tokens"),
                    List.of("id", "name", "role", "createdAt"));
            return 0;
        }

        @Command(name = "revoke", description = "Makes one unusable.")
        int revoke(@Parameters(paramLabel = "ID") String id) {
            session.controlPlane()
                    .delete("/api/v1/tokens/" + MutationCommands.Mutation.segment(id));
            session.say("revoked");
            return 0;
        }
    }

    @Command(description = "Name and role of the token in use.")
    static final class WhoAmI implements Callable<Integer> {
        private final Session session;

        WhoAmI(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            printCreated(session, session.controlPlane().get("/api/v1/whoami"));
            return 0;
        }
    }
}
