package dev.keelson.agent.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Against a local server that answers like the instance metadata service, with the bodies that
 * AWS's own mock gives.
 */
class AwsMetadataTest {
    private static final String TERMINATE =
            """
            {
            	"action": "terminate",
            	"time": "2020-04-24T17:11:44Z"
            }
            """;
    private static final Instant AT = Instant.parse("2020-04-24T17:11:44Z");

    private final AtomicReference<@Nullable String> notice = new AtomicReference<>();
    private volatile String validToken = "token-1";
    private volatile Instant now = Instant.parse("2020-04-24T17:11:14Z");
    private HttpServer server;
    private AwsMetadata metadata;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/node-3/latest/",
                exchange -> {
                    try (exchange) {
                        String path = exchange.getRequestURI().getPath();
                        String standing = notice.get();
                        int status = 200;
                        String body = "";
                        if (path.endsWith("/api/token")
                                && exchange.getRequestMethod().equals("PUT")) {
                            body = validToken;
                        } else if (!validToken.equals(
                                exchange.getRequestHeaders()
                                        .getFirst("X-aws-ec2-metadata-token"))) {
                            status = 401;
                        } else if (!path.endsWith("/meta-data/spot/instance-action")
                                || standing == null) {
                            status = 404;
                            body = "<html><body><h1>404 - Not Found</h1></body></html>";
                        } else {
                            body = standing;
                        }
                        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
                        exchange.getResponseBody().write(bytes);
                    }
                });
        server.start();
        var base =
                URI.create("http://127.0.0.1:%d/node-3".formatted(server.getAddress().getPort()));
        metadata = new AwsMetadata(base, () -> now);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void readsANoticeAndItsWithdrawal() throws IOException {
        assertThat(metadata.read()).isEmpty();
        notice.set(TERMINATE);
        assertThat(metadata.read()).contains(new SpotAction("terminate", AT, "aws-imds"));
        notice.set(null);
        assertThat(metadata.read()).isEmpty();
    }

    @Test
    void getsANewTokenWhenTheServiceForgotTheOld() throws IOException {
        assertThat(metadata.read()).isEmpty();
        validToken = "token-2";
        notice.set(TERMINATE);
        assertThat(metadata.read()).isPresent();
    }

    @Test
    void saysSoWhenTheNoticeIsMalformed() {
        for (String malformed :
                new String[] {
                    "nonsense", "[]", "{\"action\":\"stop\"}", "{\"action\":1,\"time\":\"soon\"}"
                }) {
            notice.set(malformed);
            assertThatThrownBy(metadata::read).isInstanceOf(IOException.class);
        }
    }

    @Test
    void reportsTheRemainingTimeByTheOwnClockUntilItIsLongPast() {
        var watch = new NoticeWatch(metadata, () -> now, Runnable::run, Runnable::run);
        watch.poll();
        assertThat(watch.current()).isEmpty();
        notice.set(TERMINATE);
        watch.poll();
        assertThat(watch.current().orElseThrow().getRemainingMs()).isEqualTo(30_000);
        now = AT.plusSeconds(5);
        assertThat(watch.current().orElseThrow().getRemainingMs()).isZero();
        now = AT.plusSeconds(61);
        assertThat(watch.current()).isEmpty();
        now = AT.minusSeconds(10);
        server.stop(0);
        watch.poll();
        assertThat(watch.current()).as("the last word stands while nobody answers").isPresent();
    }

    @Test
    void clearsAWithdrawnNotice() {
        var watch = new NoticeWatch(metadata, () -> now, Runnable::run, Runnable::run);
        notice.set(TERMINATE);
        watch.poll();
        assertThat(watch.deadline()).isEqualTo(AT);
        notice.set(null);
        watch.poll();
        assertThat(watch.current()).isEmpty();
        assertThat(watch.deadline()).isNull();
    }
}
