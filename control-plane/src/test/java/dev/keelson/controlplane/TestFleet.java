package dev.keelson.controlplane;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.exchange.identity.JoinSettings;
import dev.keelson.exchange.identity.Membership;
import dev.keelson.protocol.v1.AgentHello;
import dev.keelson.protocol.v1.AgentInstruction;
import dev.keelson.protocol.v1.AgentMessage;
import dev.keelson.protocol.v1.AgentsGrpc;
import dev.keelson.protocol.v1.Command;
import dev.keelson.protocol.v1.CommandResult;
import dev.keelson.protocol.v1.GatewayHello;
import dev.keelson.protocol.v1.GatewayInstruction;
import dev.keelson.protocol.v1.GatewayMessage;
import dev.keelson.protocol.v1.GatewayReport;
import dev.keelson.protocol.v1.GatewaysGrpc;
import dev.keelson.protocol.v1.Heartbeat;
import dev.keelson.protocol.v1.ReplicaPhase;
import dev.keelson.protocol.v1.ReplicaReport;
import dev.keelson.protocol.v1.RoutingTable;
import dev.keelson.protocol.v1.TenantShares;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A control plane on real sockets, with agents and gateways that speak the protocol to it. */
final class TestFleet implements AutoCloseable {
    static final String DEPLOYMENT =
            """
            apiVersion: keelson.dev/v1
            kind: Deployment
            metadata:
              name: chat
            spec:
              engine: gpu-runtime
              model: small
              servedModel: small-chat
              knobs: {max_num_seqs: %d}
              slo: {ttft: 2s, tpot: 200ms}
              replicas: {min: 1, max: 4}
              replicaThousandths: 500
              maxSequences: 8
              contextTokens: 2048
            ---
            apiVersion: keelson.dev/v1
            kind: Autonomy
            metadata:
              name: default
            spec: {scale: AUTO, recover: AUTO, spot: AUTO, rollout: AUTO, nodes: AUTO}
            """;

    private static final ObjectMapper JSON = new ObjectMapper();
    final Path folder;
    final ControlPlane plane;
    volatile boolean deposed;
    private final LoopThread threads;
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Membership> members = new CopyOnWriteArrayList<>();

    TestFleet(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder.resolve("policies"));
        if (!Files.exists(folder.resolve("policies/chat.yaml"))) {
            write(DEPLOYMENT.formatted(8));
        }
        var clock = InstantSource.system();
        plane =
                new ControlPlane(
                        new ControlPlaneConfig(
                                folder.resolve("data"),
                                new ControlPlaneConfig.Address("127.0.0.1", 0),
                                new ControlPlaneConfig.Address("127.0.0.1", 0),
                                folder.resolve("policies"),
                                null,
                                null,
                                1,
                                3,
                                false),
                        clock);
        threads = new LoopThread(plane, clock, () -> deposed = true);
        threads.start();
    }

    void write(String manifests) throws IOException {
        Files.writeString(folder.resolve("policies/chat.yaml"), manifests);
    }

    @Override
    public void close() {
        for (var member : members) {
            member.close();
        }
        threads.stop();
        plane.close();
    }

    String adminToken() throws IOException {
        return Files.readString(folder.resolve("data/admin.token")).strip();
    }

    JsonNode get(String path) throws Exception {
        return JSON.readTree(send("GET", path, adminToken(), null).body());
    }

    JsonNode post(String path, String body) throws Exception {
        return JSON.readTree(send("POST", path, adminToken(), body).body());
    }

    HttpResponse<String> send(
            String method, String path, @Nullable String token, @Nullable String body)
            throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + plane.http.port() + path));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        var content =
                body == null
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(body);
        return client.send(
                request.method(method, content).build(), HttpResponse.BodyHandlers.ofString());
    }

    Membership join(String kind, String name) throws Exception {
        var answer = post("/api/v1/join-tokens", "{}");
        var member =
                Membership.open(
                        new JoinSettings(
                                kind,
                                name,
                                "127.0.0.1:" + plane.grpc.port(),
                                answer.path("caFingerprint").asText(),
                                answer.path("token").asText()),
                        folder.resolve(name));
        members.add(member);
        return member;
    }

    Agent agent(String name, String rack) throws Exception {
        return new Agent(join("node", name), name, rack);
    }

    Gateway gateway(String name) throws Exception {
        return new Gateway(join("gateway", name), name);
    }

    /** An agent whose engines are only words. */
    static final class Agent implements StreamObserver<AgentInstruction> {
        final Map<String, ReplicaReport> replicas = new ConcurrentHashMap<>();
        final List<Command> commands = new CopyOnWriteArrayList<>();
        final StreamObserver<AgentMessage> out;
        volatile long epoch;
        volatile @Nullable Throwable ended;

        Agent(Membership member, String name, String rack) {
            out = AgentsGrpc.newStub(member.channel()).session(this);
            say(
                    AgentMessage.newBuilder()
                            .setHello(
                                    AgentHello.newBuilder()
                                            .setNode(name)
                                            .setRegion("local")
                                            .setZone("a")
                                            .setRack(rack)
                                            .setCapacityType("ON_DEMAND")
                                            .setCapacityThousandths(1000)
                                            .setBootId("1"))
                            .build());
            beat();
            // Silence would make the node suspect, and it would take no new replica.
            Thread.ofVirtual().start(this::beatOn);
        }

        private void beatOn() {
            try {
                while (ended == null) {
                    Thread.sleep(500);
                    beat();
                }
            } catch (InterruptedException | IllegalStateException e) {
                ended = e;
            }
        }

        void beat() {
            say(
                    AgentMessage.newBuilder()
                            .setHeartbeat(Heartbeat.newBuilder().addAllReplicas(replicas.values()))
                            .build());
        }

        void report(String replica, ReplicaPhase phase, String reason) {
            replicas.computeIfPresent(
                    replica, (_, was) -> was.toBuilder().setPhase(phase).setReason(reason).build());
            beat();
        }

        /** The engine was set otherwise while it serves. */
        void report(String replica, int places, boolean asleep) {
            replicas.computeIfPresent(
                    replica,
                    (_, was) -> was.toBuilder().setMaxSequences(places).setAsleep(asleep).build());
            beat();
        }

        private synchronized void say(AgentMessage message) {
            out.onNext(message);
        }

        @Override
        public void onNext(AgentInstruction instruction) {
            if (instruction.hasAck()) {
                epoch = instruction.getAck().getEpoch();
                return;
            }
            var command = instruction.getCommand();
            commands.add(command);
            say(
                    AgentMessage.newBuilder()
                            .setResult(
                                    CommandResult.newBuilder()
                                            .setCommandId(command.getCommandId())
                                            .setStatus(CommandResult.Status.ACCEPTED))
                            .build());
            switch (command.getBodyCase()) {
                case START -> {
                    var start = command.getStart();
                    replicas.put(
                            start.getReplica(),
                            ReplicaReport.newBuilder()
                                    .setReplica(start.getReplica())
                                    .setDeployment(start.getDeployment())
                                    .setRevision(start.getRevision())
                                    .setThousandths(start.getThousandths())
                                    .setPhase(ReplicaPhase.READY)
                                    .setUrl("http://127.0.0.1:1/" + start.getReplica())
                                    .setPid(1)
                                    .setStartupMs(5)
                                    .setMaxSequences(8)
                                    .build());
                    beat();
                }
                case DRAIN -> report(command.getDrain().getReplica(), ReplicaPhase.STOPPED, "done");
                case STOP -> report(command.getStop().getReplica(), ReplicaPhase.STOPPED, "done");
                case RELEASE, BODY_NOT_SET -> {}
            }
        }

        @Override
        public void onError(Throwable cause) {
            ended = cause;
        }

        @Override
        public void onCompleted() {}
    }

    /** A gateway that only listens and reports. */
    static final class Gateway implements StreamObserver<GatewayInstruction> {
        volatile RoutingTable table = RoutingTable.getDefaultInstance();
        volatile TenantShares shares = TenantShares.getDefaultInstance();
        final StreamObserver<GatewayMessage> out;
        volatile @Nullable Throwable ended;

        Gateway(Membership member, String name) {
            out = GatewaysGrpc.newStub(member.channel()).session(this);
            out.onNext(
                    GatewayMessage.newBuilder()
                            .setHello(GatewayHello.newBuilder().setName(name).setUrl("http://g"))
                            .build());
        }

        void report(GatewayReport.Builder report) {
            out.onNext(GatewayMessage.newBuilder().setReport(report).build());
        }

        /** Requests that a replica runs at once; 0 for one that is not in the table. */
        int places(String replica) {
            return table.getDeploymentsList().stream()
                    .flatMap(d -> d.getReplicasList().stream())
                    .filter(r -> r.getReplica().equals(replica))
                    .mapToInt(r -> r.getMaxSequences())
                    .sum();
        }

        List<String> ready() {
            return table.getDeploymentsList().stream()
                    .flatMap(d -> d.getReplicasList().stream())
                    .filter(r -> r.getPhase() == ReplicaPhase.READY)
                    .map(r -> r.getReplica())
                    .toList();
        }

        @Override
        public void onNext(GatewayInstruction instruction) {
            if (instruction.hasTable()) {
                table = instruction.getTable();
            } else if (instruction.hasShares()) {
                shares = instruction.getShares();
            }
        }

        @Override
        public void onError(Throwable cause) {
            ended = cause;
        }

        @Override
        public void onCompleted() {}
    }
}
