package dev.keelson.launcher.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.keelson.launcher.Keelson;
import dev.keelson.launcher.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that serves one tenant. */
class ApiKeyTest {
    @TempDir Path home;
    private HttpServer gateway;

    @BeforeEach
    void serve() throws IOException {
        gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.createContext(
                "/v1/models", exchange -> answer(exchange, "{\"data\":[{\"id\":\"mini\"}]}"));
        gateway.createContext(
                "/v1/completions",
                exchange -> answer(exchange, "{\"choices\":[{\"text\":\"a\"}]}"));
        gateway.start();
    }

    @AfterEach
    void stop() {
        gateway.stop(0);
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        String key = exchange.getRequestHeaders().getFirst("Authorization");
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders("Bearer sk-load".equals(key) ? 200 : 401, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private String url() {
        return "http://127.0.0.1:" + gateway.getAddress().getPort();
    }

    private Optional<String> firstToken(String apiKey) {
        var answer = new AtomicReference<Optional<String>>();
        FirstToken.await(url(), apiKey, () -> true, answer);
        return answer.get();
    }

    @Test
    void theFirstTokenIsServedWithTheKeyOfATenantOnly() {
        assertThat(firstToken("sk-load")).contains("mini");
        assertThat(firstToken("")).isEmpty();
        assertThat(firstToken("sk-wrong")).isEmpty();
    }

    @Test
    void upSaysWhyTheLoadIsRefused() {
        assertThat(FleetWatch.refusedLoad("")).contains("has no key", "keelson up --api-key KEY");
        assertThat(FleetWatch.refusedLoad("sk-wrong"))
                .contains("is no tenant's")
                .doesNotContain("sk-wrong");
    }

    @Test
    void loadgenTakesItsKeyFromTheEnvironmentUnlessItIsGiven() {
        assertThat(refused("", "")).isTrue();
        assertThat(refused("sk-load", "")).isFalse();
        assertThat(refused("sk-load", "sk-wrong")).isTrue();
    }

    /** Is a request turned away? What is answered is no stream, so none succeeds. */
    private boolean refused(String variable, String option) {
        var out = new ByteArrayOutputStream();
        var print = new PrintStream(out, true, StandardCharsets.UTF_8);
        var session =
                new Session(
                        print,
                        print,
                        InstantSource.system(),
                        Map.of("HOME", home.toString(), "KEELSON_API_KEY", variable));
        String line =
                "loadgen --url %s --model mini --rate 50 --duration 100ms --seed 1".formatted(url())
                        + (option.isEmpty() ? "" : " --api-key " + option);
        assertThat(Keelson.commandLine(session).execute(line.split(" "))).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("\"requests\"");
        return out.toString(StandardCharsets.UTF_8).contains("401");
    }
}
