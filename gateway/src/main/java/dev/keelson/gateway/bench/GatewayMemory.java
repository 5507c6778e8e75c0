package dev.keelson.gateway.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a gateway in another process holds.
 *
 * @param port that it serves on
 */
record GatewayMemory(long pid, int port) {
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    private static final Pattern HEAP =
            Pattern.compile("(?m)^keelson_gateway_heap_used_bytes ([0-9.E]+)");
    private static final double KIB_PER_MIB = 1024;
    private static final double BYTES_PER_MIB = 1 << 20;

    /** Resident memory; NaN when it has ended. */
    double residentMib() {
        try {
            String status = Files.readString(Path.of("/proc/" + pid + "/status"));
            return number(RESIDENT, status) / KIB_PER_MIB;
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    /** Its Java heap in use after a full collection, which this asks for. */
    double heapMib() throws IOException, InterruptedException {
        Process collection =
                new ProcessBuilder(
                                System.getProperty("java.home") + "/bin/jcmd",
                                Long.toString(pid),
                                "GC.run")
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        if (collection.waitFor() != 0) {
            throw new IOException("jcmd could not have the gateway collect.");
        }
        return number(HEAP, metrics()) / BYTES_PER_MIB;
    }

    private String metrics() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write(
                            "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static double number(Pattern pattern, String text) throws IOException {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IOException("The gateway's memory is not told: " + pattern);
        }
        return Double.parseDouble(matcher.group(1));
    }
}
