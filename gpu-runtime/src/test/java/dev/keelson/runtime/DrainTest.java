package dev.keelson.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** An engine in a process of its own that is told to end. */
class DrainTest {
    private static final Path MODEL = Path.of("..", "models", "keelson-mini");

    @Test
    void whatRunsPastTheDeadlineEndsWithATypedErrorAndTheProcessWithZero() throws Exception {
        Process engine =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        "dev.keelson.runtime.Main",
                                        "--model",
                                        MODEL.toString(),
                                        "--decoder",
                                        "reference",
                                        "--port",
                                        "0",
                                        "--knob",
                                        "min_step_ms=200",
                                        "--drain-deadline",
                                        "300ms"))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port(engine))) {
            String body =
                    "{\"model\":\"keelson-mini\",\"prompt\":\"a\",\"max_tokens\":1500,\"ignore_eos\":true,\"stream\":true}";
            String head =
                    "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: "
                            + body.length()
                            + "\r\n\r\n";
            socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
            var answer = reader(socket.getInputStream());
            while (!answer.readLine().startsWith("data: ")) {
                // Until the first token the drain would not find it running.
            }
            engine.destroy();
            String rest = answer.lines().collect(Collectors.joining("\n"));
            assertThat(rest).contains("\"type\":\"drain_deadline\"").doesNotContain("[DONE]");
            assertThat(engine.waitFor()).isZero();
        } finally {
            engine.destroyForcibly();
        }
    }

    private static int port(Process engine) throws IOException {
        var out = reader(engine.getInputStream());
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("serving ")) {
                return Integer.parseInt(line.replaceAll(".*http://127\\.0\\.0\\.1:(\\d+).*", "$1"));
            }
        }
        throw new IOException("the engine ended before it served");
    }

    private static BufferedReader reader(java.io.InputStream in) {
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }
}
