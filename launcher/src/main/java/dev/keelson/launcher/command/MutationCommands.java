package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands that change the fleet; all are audited and know {@code --dry-run}. */
final class MutationCommands {
    private MutationCommands() {}

    /** What all of them share. */
    abstract static class Mutation implements Callable<Integer> {
        private final Session session;

        @Option(names = "--dry-run", description = "Says what would happen and changes nothing.")
        private boolean dryRun;

        Mutation(Session session) {
            this.session = session;
        }

        final int send(String path, ObjectNode body, String done) {
            if (dryRun) {
                body.put("dryRun", true);
            }
            JsonNode answer = session.controlPlane().post("/api/v1" + path, body);
            if (session.wantsJson()) {
                session.print(answer);
            } else {
                String said = answer.path("message").asText("");
                session.out().println((dryRun ? "dry run: " : "") + (said.isEmpty() ? done : said));
            }
            return 0;
        }

        static ObjectNode body() {
            return JsonNodeFactory.instance.objectNode();
        }

        /** A name that is safe in a path. */
        static String segment(String name) {
            if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
                throw new CommandFailure(
                        "(%s) is not a name.".formatted(name), "", CommandFailure.USAGE);
            }
            return name;
        }
    }

    @Command(description = "Sets the number of replicas of a deployment.")
    static final class Scale extends Mutation {
        @Parameters(index = "0", paramLabel = "DEPLOYMENT")
        private String deployment = "";

        @Parameters(index = "1", paramLabel = "REPLICAS")
        private int replicas;

        Scale(Session session) {
            super(session);
        }

        @Override
        public Integer call() {
            if (replicas < 0) {
                throw new CommandFailure(
                        "REPLICAS is %d; it must not be negative.".formatted(replicas),
                        "",
                        CommandFailure.USAGE);
            }
            return send(
                    "/deployments/" + segment(deployment) + "/scale",
                    body().put("replicas", replicas),
                    "%s: %d replicas wanted".formatted(deployment, replicas));
        }
    }

    /** A mutation of one node. */
    abstract static class OfNode extends Mutation {
        @Parameters(index = "0", paramLabel = "NODE")
        private String node = "";

        OfNode(Session session) {
            super(session);
        }

        final int sendVerb(String verb, String done) {
            return send("/nodes/" + segment(node) + "/" + verb, body(), node + " " + done);
        }
    }

    @Command(description = "Cordons a node and moves its replicas away.")
    static final class Drain extends OfNode {
        Drain(Session session) {
            super(session);
        }

        @Override
        public Integer call() {
            return sendVerb("drain", "drains");
        }
    }

    @Command(description = "Starts no new replicas on a node.")
    static final class Cordon extends OfNode {
        Cordon(Session session) {
            super(session);
        }

        @Override
        public Integer call() {
            return sendVerb("cordon", "is cordoned");
        }
    }

    @Command(description = "Lets a node take replicas again.")
    static final class Uncordon extends OfNode {
        Uncordon(Session session) {
            super(session);
        }

        @Override
        public Integer call() {
            return sendVerb("uncordon", "is open again");
        }
    }

    @Command(description = "Stops discretionary actions; notices and losses are still handled.")
    static final class Freeze extends Mutation {
        @Option(names = "--reason", required = true, description = "Why; others will read it.")
        private String reason = "";

        @Option(
                names = "--expires",
                paramLabel = "D",
                converter = DurationText.class,
                description = "Ends by itself after this long, such as 2h.")
        private @Nullable Duration expires;

        @Option(names = "--all", description = "Stops recovery and drains on notices too.")
        private boolean all;

        Freeze(Session session) {
            super(session);
        }

        @Override
        public Integer call() {
            ObjectNode body = body().put("reason", reason).put("all", all);
            if (expires != null) {
                body.put("expires", expires.toSeconds() + "s");
            }
            return send("/freeze", body, "frozen");
        }
    }

    @Command(description = "Lets a GUARDED class of actions act for a while.")
    static final class Approve extends Mutation {
        @Parameters(
                index = "0",
                paramLabel = "CLASS",
                description = "scale, recover, spot, rollout, nodes or forecast.")
        private String actionClass = "";

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "DEPLOYMENT",
                description = "Only of this deployment.")
        private @Nullable String deployment;

        @Option(
                names = "--expires",
                paramLabel = "D",
                converter = DurationText.class,
                description = "Ends by itself after this long; default 10m.")
        private @Nullable Duration expires;

        Approve(Session session) {
            super(session);
        }

        @Override
        public Integer call() {
            ObjectNode body = body().put("class", actionClass);
            if (deployment != null) {
                body.put("deployment", segment(deployment));
            }
            if (expires != null) {
                body.put("expires", expires.toSeconds() + "s");
            }
            return send(
                    "/approve",
                    body,
                    "%s may act%s"
                            .formatted(actionClass, deployment == null ? "" : " on " + deployment));
        }
    }

    @Command(description = "Ends every freeze.")
    static final class Unfreeze extends Mutation {
        Unfreeze(Session session) {
            super(session);
        }

        @Override
        public Integer call() {
            return send("/unfreeze", body(), "acting again");
        }
    }
}
