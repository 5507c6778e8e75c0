package dev.keelson.gateway;

import dev.keelson.gateway.record.RequestRecords;
import dev.keelson.gateway.route.DeploymentSnapshot;
import dev.keelson.gateway.route.RoutingSettings;
import dev.keelson.gateway.serve.Fingerprints;
import dev.keelson.protocol.v1.Arrival;
import dev.keelson.protocol.v1.Completion;
import dev.keelson.protocol.v1.ReplicaPhase;
import dev.keelson.protocol.v1.RequestLogState;
import dev.keelson.protocol.v1.RoutedDeployment;
import dev.keelson.protocol.v1.RoutedReplica;
import dev.keelson.protocol.v1.RoutedTenant;
import dev.keelson.protocol.v1.RoutingTable;
import dev.keelson.serving.openai.RequestHeaders;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/** A gateway on a real port, ticked, with its records in memory. */
final class GatewayUnderTest implements AutoCloseable {
    static final String STREAM =
            "{\"model\":\"tiny\",\"prompt\":\"hi\",\"max_tokens\":3,\"stream\":true}";
    static final String WHOLE = "{\"model\":\"tiny\",\"prompt\":\"hi\",\"max_tokens\":3}";

    final Gateway gateway;
    final Records records = new Records();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Thread ticker;
    private final Map<String, RoutedReplica> replicas = new LinkedHashMap<>();
    private final List<String> quarantined = new ArrayList<>();
    private final Set<String> adapters = new TreeSet<>();
    private final List<RoutedTenant> tenants = new ArrayList<>();
    private long version;

    GatewayUnderTest(Path data) throws IOException {
        this(data, 512, Duration.ofSeconds(60));
    }

    GatewayUnderTest(Path data, int queueLimit, Duration deadline) throws IOException {
        this(data, queueLimit, RoutingSettings.usual(), deadline);
    }

    GatewayUnderTest(Path data, int queueLimit, RoutingSettings routing, Duration deadline)
            throws IOException {
        gateway =
                new Gateway(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        data,
                        queueLimit,
                        routing,
                        deadline,
                        records,
                        Fingerprints.ofFleet("a secret"),
                        InstantSource.system());
        Thread.ofPlatform().daemon().start(gateway.loop());
        Thread.ofPlatform().daemon().start(gateway.listener());
        ticker = Thread.ofPlatform().daemon().start(this::tick);
    }

    private void tick() {
        try {
            while (true) {
                gateway.dispatcher().tick();
                gateway.listener().tick();
                Thread.sleep(50);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Adds or changes a replica and sends the table. */
    GatewayUnderTest replica(String name, String node, CannedEngine engine, int maxSequences) {
        return replica(name, node, engine.url(), maxSequences);
    }

    GatewayUnderTest replica(String name, String node, String url, int maxSequences) {
        replicas.put(
                name,
                RoutedReplica.newBuilder()
                        .setReplica(name)
                        .setNode(node)
                        .setUrl(url)
                        .setPhase(ReplicaPhase.READY)
                        .setMaxSequences(maxSequences)
                        .build());
        return table();
    }

    /** The same for one that was started with an adapter. */
    GatewayUnderTest replicaWith(String adapter, String name, String node, CannedEngine engine) {
        adapters.add(adapter);
        replica(name, node, engine.url(), 8);
        replicas.computeIfPresent(
                name, (_, routed) -> routed.toBuilder().addAdapters(adapter).build());
        return table();
    }

    /** What the control plane says to every gateway. */
    GatewayUnderTest quarantine(List<String> fingerprints) {
        quarantined.addAll(fingerprints);
        return table();
    }

    GatewayUnderTest tenants(RoutedTenant... declared) {
        tenants.addAll(List.of(declared));
        return table();
    }

    GatewayUnderTest table() {
        gateway.tables()
                .offer(
                        RoutingTable.newBuilder()
                                .setEpoch(1)
                                .setVersion(++version)
                                .addDeployments(
                                        RoutedDeployment.newBuilder()
                                                .setDeployment("chat")
                                                .setServedModel("tiny")
                                                .addAllReplicas(replicas.values())
                                                .addAllAdapters(adapters))
                                .addAllQuarantined(quarantined)
                                .addAllTenants(tenants)
                                .setGateways(1)
                                .build());
        return this;
    }

    HttpResponse<String> post(String body) throws IOException, InterruptedException {
        return post("/v1/completions", body);
    }

    HttpResponse<String> postWith(String key, String body)
            throws IOException, InterruptedException {
        return postWith(Map.of("Authorization", "Bearer " + key), body);
    }

    HttpResponse<String> postWith(Map<String, String> headers, String body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(request("/v1/completions", body), (_, _) -> true);
        headers.forEach(request::header);
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** With the header of Keelson's own questions. */
    HttpResponse<String> probe(String body) throws IOException, InterruptedException {
        return postWith(Map.of(RequestHeaders.PROBE, "up"), body);
    }

    /** What the control plane is told of demand. */
    long arrivals() {
        return gateway.dispatcher().snapshot().stream()
                .mapToLong(DeploymentSnapshot::arrivals)
                .sum();
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return client.send(request(path, body), HttpResponse.BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> postLater(String body) {
        return client.sendAsync(
                request("/v1/completions", body), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(url() + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(Duration.ofSeconds(60))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    /** A bare connection, for what no decent client does. */
    Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), gateway.listener().port());
    }

    static byte[] raw(String body) {
        return ("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    String url() {
        return "http://127.0.0.1:" + gateway.listener().port();
    }

    @Override
    public void close() throws IOException {
        ticker.interrupt();
        gateway.listener().close();
        gateway.loop().close();
        client.shutdownNow();
    }

    /** Waits for what will be, with a limit no healthy machine comes near. */
    static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("never came true: " + what);
            }
            Thread.sleep(10);
        }
    }

    /** Records in memory; checks that each request arrives once and completes once. */
    static final class Records implements RequestRecords {
        final Map<String, String> arrivals = new ConcurrentHashMap<>();
        final Map<String, String> tenants = new ConcurrentHashMap<>();
        final Map<String, Completion> completions = new ConcurrentHashMap<>();
        final List<String> wrong = new CopyOnWriteArrayList<>();

        @Override
        public void arrival(String requestId, String deployment, String tenant, Arrival arrival) {
            tenants.put(requestId, tenant);
            if (arrivals.put(requestId, deployment) != null) {
                wrong.add("arrived twice");
            }
        }

        @Override
        public void completion(String requestId, Completion completion) {
            if (!arrivals.containsKey(requestId)
                    || completions.put(requestId, completion) != null) {
                wrong.add("completed twice or unheard of");
            }
        }

        @Override
        public boolean isPublished() {
            return true;
        }

        @Override
        public RequestLogState state() {
            return RequestLogState.newBuilder()
                    .setArrivals(arrivals.size())
                    .setCompletions(completions.size())
                    .build();
        }

        /** Outcomes once so many requests came and every one of them has ended. */
        List<Completion> settled(int requests) throws InterruptedException {
            eventually(
                    requests + " requests recorded, but " + state(),
                    () -> arrivals.size() >= requests && completions.size() >= arrivals.size());
            if (!wrong.isEmpty() || arrivals.size() != requests) {
                throw new AssertionError(wrong + " with " + arrivals.size() + " arrivals");
            }
            return new ArrayList<>(completions.values());
        }
    }
}
