package dev.keelson.gateway;

import static dev.keelson.gateway.GatewayUnderTest.STREAM;
import static dev.keelson.gateway.GatewayUnderTest.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.protocol.v1.Completion.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that do not take their stream as fast as it comes. Kernels hold up to 7 MB of it. */
class SlowClientTest {
    private static final int TOKENS = 2000;
    private static final String TEXT = "x".repeat(20_000);
    private static final int FIRST = 100;

    @TempDir Path data;
    private final AtomicInteger sent = new AtomicInteger();

    private void large(CannedEngine.Call call) throws IOException {
        call.startStream();
        for (int i = 0; i < TOKENS; i++) {
            call.token(TEXT);
            sent.incrementAndGet();
        }
        call.finish();
        call.done();
    }

    private static Socket ask(GatewayUnderTest gateway) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), gateway.gateway.listener().port()));
        socket.getOutputStream().write(GatewayUnderTest.raw(STREAM));
        return socket;
    }

    @Test
    void aClientThatReadsLateGetsAllOfALongStream() throws Exception {
        try (var engine = new CannedEngine(this::large);
                var gateway = new GatewayUnderTest(data).replica("r1", "n1", engine, 8);
                Socket client = ask(gateway)) {
            eventually("the stream is under way", () -> sent.get() >= FIRST);
            assertThat(sent.get()).isLessThan(TOKENS);
            long text = 0;
            byte[] part = new byte[64 << 10];
            var tail = new StringBuilder();
            for (int read = 0; tail.indexOf("[DONE]") < 0 && read >= 0; ) {
                read = client.getInputStream().read(part);
                for (int i = 0; i < read; i++) {
                    text += part[i] == 'x' ? 1 : 0;
                }
                tail.append(new String(part, 0, Math.max(0, read), StandardCharsets.US_ASCII));
                tail.delete(0, Math.max(0, tail.length() - 100));
            }
            assertThat(text).isGreaterThanOrEqualTo((long) TOKENS * TEXT.length());
            assertThat(gateway.records.settled(1).getFirst().getOutcome())
                    .isEqualTo(Outcome.SUCCEEDED);
        }
    }

    @Test
    void theReplicaIsFreeAgainWhenAClientLeavesThatHasNotTakenItsStream() throws Exception {
        try (var engine = new CannedEngine(this::large);
                var gateway = new GatewayUnderTest(data).replica("r1", "n1", engine, 8)) {
            try (Socket client = ask(gateway)) {
                eventually("the stream is under way", () -> sent.get() >= FIRST);
                assertThat(client.isConnected()).isTrue();
            }
            assertThat(gateway.records.settled(1).getFirst().getOutcome())
                    .isEqualTo(Outcome.CANCELLED);
            eventually("the engine is told", () -> engine.running.get() == 0);
            assertThat(sent.get()).isLessThan(TOKENS);
        }
    }
}
