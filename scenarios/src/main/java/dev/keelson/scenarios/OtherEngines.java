package dev.keelson.scenarios;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.scenarios.OpenStreams.Asked;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Engines that others wrote, one after the other under an agent of their own in a local fleet:
 * start, requests through the gateway, an agent that is killed, hangs, a killed engine and a drain.
 */
final class OtherEngines {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** vLLM takes minutes to start, and longer on a busy machine. */
    private static final Duration START = Duration.ofMinutes(10);

    private static final Duration GENEROUS = Duration.ofMinutes(3);
    private static final Duration CALM = Duration.ofMinutes(1);
    private static final double RATE = 0.5;
    private static final int TOKENS = 16;
    private static final int STREAMS = 4;
    private static final int LONG = 160;

    private final Fleet fleet;
    private final HandAgent agent;
    private final PeerEngine peer;
    private final String model;
    private final Set<Long> seen = new HashSet<>();

    /** One replica that serves. */
    private record Serving(String replica, long pid, String url, double startupSeconds) {}

    private OtherEngines(Fleet fleet, HandAgent agent, PeerEngine peer) {
        this.fleet = fleet;
        this.agent = agent;
        this.peer = peer;
        this.model = "peer-" + peer.name();
    }

    static void run(Path root) throws IOException {
        var folder = Files.createTempDirectory("keelson-other-engines");
        var models = Files.createDirectories(folder.resolve("models"));
        List<PeerEngine> peers = PeerEngine.find(models);
        if (peers.isEmpty()) {
            return;
        }
        try (var fleet =
                Fleet.up(
                        root,
                        folder.resolve("data"),
                        "--nodes",
                        "1",
                        "--spot",
                        "0",
                        "--replicas",
                        "1:1")) {
            prepare(fleet);
            try (var agent =
                    new HandAgent(new ByHand(fleet, folder), "peers", models, programs(peers))) {
                for (PeerEngine peer : peers) {
                    new OtherEngines(fleet, agent, peer).examine();
                }
            }
        }
    }

    private static String programs(List<PeerEngine> peers) {
        var programs = new StringBuilder();
        peers.forEach(peer -> programs.append(peer.program()));
        return programs.toString();
    }

    /** The fleet's own node takes nothing more, and a start may take as long as vLLM's. */
    private static void prepare(Fleet fleet) throws IOException {
        fleet.steady(GENEROUS);
        fleet.get("nodes").forEach(node -> fleet.succeed("cordon", node.path("name").asText()));
        Path recovery = fleet.data().resolve("policies/recovery.yaml");
        Files.writeString(
                recovery,
                Files.readString(recovery)
                        .replace(
                                "startTimeout: 120s",
                                "startTimeout: %ds".formatted(START.toSeconds())));
    }

    private void examine() throws IOException {
        deploy(1);
        Serving serving = awaitServing();
        tell("start to the first token, by the agent, s", serving.startupSeconds());
        tell("requests undisturbed, sent / succeeded / failed", load(() -> {}));
        restartAgent(serving);
        for (String worker : peer.workers()) {
            hang(serving, worker);
            serving = replacement();
        }
        freeze(serving, peer.workers().getFirst());
        serving = replacement();
        kill(serving);
        serving = replacement();
        drain(serving);
    }

    private Serving replacement() {
        Serving next = awaitServing();
        tell("start of the replacement, s", next.startupSeconds());
        return next;
    }

    private void deploy(int replicas) throws IOException {
        Files.writeString(
                fleet.data().resolve("policies/" + model + ".yaml"),
                """
                apiVersion: keelson.dev/v1
                kind: Deployment
                metadata: {name: %s}
                spec:
                %s  slo: {ttft: 10s, tpot: 1s}
                  replicas: {min: %d, max: %d}
                  contextTokens: 2048
                """
                        .formatted(model, peer.spec(), replicas, replicas));
    }

    /** Waits for a process that was not seen before. */
    private Serving awaitServing() {
        Fleet.await(
                peer.name() + " serves",
                START.plus(GENEROUS),
                () -> ready() != null && !seen.contains(readyPid()));
        JsonNode replica = java.util.Objects.requireNonNull(ready());
        seen.add(replica.path("pid").asLong());
        return new Serving(
                replica.path("name").asText(),
                replica.path("pid").asLong(),
                replica.path("url").asText(),
                replica.path("startupMs").asDouble() / 1000);
    }

    private @Nullable JsonNode ready() {
        return fleet.get("replicas").stream()
                .filter(r -> r.path("deployment").asText().equals(model))
                .filter(r -> r.path("state").asText().equals("READY"))
                .findFirst()
                .orElse(null);
    }

    private long readyPid() {
        JsonNode replica = ready();
        return replica == null ? 0 : replica.path("pid").asLong();
    }

    private Load.Result load(Runnable disturbance) {
        var load = Load.start(fleet.gateway(), model, CALM, TOKENS, progress -> RATE);
        Fleet.pause(Duration.ofSeconds(5));
        disturbance.run();
        return load.finish();
    }

    /** The agent dies at once; the next one finds its engine, which has served meanwhile. */
    private void restartAgent(Serving serving) {
        Load.Result result =
                load(() -> {
                    agent.killAndStart();
                    Fleet.await(
                            "the agent is heard again",
                            GENEROUS,
                            () -> Faults.isHeard(fleet, "peers"));
                });
        tell(
                "agent killed and started again, the same engine serves",
                readyPid() == serving.pid() ? 1 : 0);
        tell("requests meanwhile, sent / succeeded / failed", result);
    }

    private void hang(Serving serving, String worker) {
        long victim = EngineProcesses.named(serving.pid(), worker);
        var fault = Instant.now();
        Fleet.signal(victim, "STOP");
        tellHang((worker.isEmpty() ? "server" : worker) + " stopped", serving, fault);
    }

    /** No signal stopped it, so only what it does not do tells. */
    private void freeze(Serving serving, String worker) throws IOException {
        long victim = EngineProcesses.named(serving.pid(), worker);
        String what = (worker.isEmpty() ? "server" : worker) + " held by a debugger";
        try (var held = peer.freeze(victim)) {
            tellHang(what, serving, held.since());
        }
    }

    private void tellHang(String what, Serving serving, Instant fault) {
        tell(what + ", answer of its health page (0: none)", EngineProcesses.health(serving.url()));
        var detected = Incidents.detection(fleet, fault, Set.of("engine-hung"), GENEROUS);
        tell(what + ", engine-hung after, s", detected.toMillis() / 1000.0);
        tellLeft(what, serving);
    }

    private void kill(Serving serving) {
        var fault = Instant.now();
        Fleet.signal(serving.pid(), "KILL");
        var detected = Incidents.detection(fleet, fault, Set.of("engine-lost"), GENEROUS);
        tell("server killed, engine-lost after, s", detected.toMillis() / 1000.0);
        tellLeft("server killed", serving);
    }

    /** Nothing is wanted any more while streams are open. */
    private void drain(Serving serving) {
        var requests = IntStream.range(0, STREAMS).mapToObj(this::request).toList();
        var wanted = new AtomicReference<>(Instant.MAX);
        Runnable nothingWanted =
                () -> {
                    wanted.set(Instant.now());
                    try {
                        deploy(0);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                };
        var ended = new OpenStreams(fleet.gateway()).all(requests, STREAMS, nothingWanted);
        var streamed = Duration.between(wanted.get(), Instant.now());
        Fleet.await("it is gone", GENEROUS, () -> !Fleet.isAlive(serving.pid()));
        var gone = Duration.between(wanted.get(), Instant.now());
        var broken =
                ended.stream().filter(e -> !e.whole() || !e.reason().equals("length")).toList();
        broken.forEach(e -> System.out.printf("a stream of %s ended so: %s%n", peer.name(), e));
        tell("drained with open streams, streams", STREAMS);
        tell("drained with open streams, broken", broken.size());
        tell("drained, last stream ended after, s", streamed.toMillis() / 1000.0);
        tell("drained, engine gone after, s", gone.toMillis() / 1000.0);
        tellLeft("drained", serving);
    }

    private Asked request(int i) {
        var body =
                JSON.createObjectNode()
                        .put("model", model)
                        .put("prompt", "The ship %d left the harbour".formatted(i))
                        .put("max_tokens", LONG)
                        .put("temperature", 0)
                        .put("ignore_eos", true)
                        .put("stream", true);
        return new Asked("/v1/completions", body.toString());
    }

    /** Processes that outlive their engine's end by ten seconds. */
    private void tellLeft(String what, Serving serving) {
        Fleet.await("its leader is gone", GENEROUS, () -> !Fleet.isAlive(serving.pid()));
        var begin = System.nanoTime();
        while (!EngineProcesses.of(serving.pid()).isEmpty()
                && System.nanoTime() - begin < Duration.ofSeconds(10).toNanos()) {
            Fleet.pause(Duration.ofMillis(200));
        }
        tell(what + ", processes left", EngineProcesses.of(serving.pid()).size());
    }

    private void tell(String figure, double value) {
        System.out.printf("| other-engines | %s: %s | %.2f |%n", peer.name(), figure, value);
    }

    private void tell(String figure, Load.Result result) {
        System.out.printf(
                "| other-engines | %s: %s | %d / %d / %d |%n",
                peer.name(), figure, result.sent(), result.succeeded(), result.failed());
        if (result.failed() > 0) {
            System.out.printf("failures of %s: %s%n", peer.name(), result.errors());
        }
        if (result.succeeded() > 0) {
            System.out.printf(
                    "| other-engines | %s: TTFT p50 / p99, s | %.3f / %.3f |%n",
                    peer.name(), result.ttftP50Seconds(), result.ttftP99Seconds());
        }
    }
}
