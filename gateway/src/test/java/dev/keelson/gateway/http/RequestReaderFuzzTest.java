package dev.keelson.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests with something wrong in their bytes: each is read, refused with a status, or cut. */
@Timeout(120)
class RequestReaderFuzzTest {
    private static final int SEEDS = 3000;
    private static final int MAX_BODY = 64 << 10;
    private static final List<String> GOOD =
            List.of(
                    "POST /v1/completions?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n{\"a\":[1,2]}",
                    "POST http://x/v1/chat/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n{\"a\":\r\n2\r\n1}\r\n0\r\nT: 1\r\n\r\n",
                    "GET /healthz HTTP/1.0\r\nAuthorization: Bearer k\r\n\r\n");
    private static final List<String> ODD =
            List.of(
                    "\r\n",
                    "\n",
                    "\r",
                    "\0",
                    ":",
                    " ",
                    ";",
                    "HTTP/1.",
                    "-1",
                    "0x10",
                    "99999999999999999999",
                    "ffffffff",
                    "\r\nContent-Length: 4",
                    "\r\nTransfer-Encoding: chunked",
                    "\r\n\r\n",
                    "é",
                    "http://",
                    "?");

    @Test
    void everyMangledRequestIsReadOrRefused() throws IOException {
        int read = 0;
        int refused = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            byte[] bytes = mangled(new Random(seed));
            try {
                HttpRequest request = reader(new ByteArrayInputStream(bytes)).next(() -> {});
                read++;
                assertThat(request == null ? 0 : request.body().length)
                        .as("seed %d", seed)
                        .isLessThanOrEqualTo(MAX_BODY);
            } catch (HttpProblem e) {
                refused++;
                assertThat(e.status()).as("seed %d", seed).isBetween(400, 499);
            } catch (EOFException e) {
                assertThat(e).as("seed %d", seed).hasMessageContaining("closed within");
            } catch (RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + ": " + new String(bytes, StandardCharsets.ISO_8859_1), e);
            }
        }
        assertThat(read).isPositive();
        assertThat(refused).isPositive();
    }

    @Test
    void trailersWithoutEndAreRefused() {
        String head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
        var in = new ByteArrayInputStream(bytes(head + "T: 1\r\n".repeat(10_000)));
        assertThatThrownBy(() -> reader(in).next(() -> {}))
                .isInstanceOf(HttpProblem.class)
                .hasMessageContaining("trailers");
    }

    @Test
    void aHeadWithoutEndIsRefused() {
        var in = new ByteArrayInputStream(bytes("a".repeat(1 << 20)));
        assertThatThrownBy(() -> reader(in).next(() -> {}))
                .isInstanceOfSatisfying(
                        HttpProblem.class, e -> assertThat(e.status()).isEqualTo(431));
    }

    private static RequestReader reader(InputStream in) {
        return new RequestReader(
                Channels.newChannel(in),
                Channels.newChannel(OutputStream.nullOutputStream()),
                MAX_BODY);
    }

    private static byte[] mangled(Random random) {
        byte[] bytes = bytes(GOOD.get(random.nextInt(GOOD.size())));
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(bytes.length);
            byte[] odd = bytes(ODD.get(random.nextInt(ODD.size())));
            bytes =
                    switch (random.nextInt(4)) {
                        case 0 -> Arrays.copyOf(bytes, at + 1);
                        case 1 -> joined(bytes, at, odd, at);
                        case 2 -> joined(bytes, at, odd, Math.min(bytes.length, at + odd.length));
                        default -> {
                            bytes[at] = (byte) random.nextInt(256);
                            yield bytes;
                        }
                    };
        }
        return bytes;
    }

    private static byte[] joined(byte[] bytes, int to, byte[] middle, int from) {
        var out = new ByteArrayOutputStream();
        out.write(bytes, 0, to);
        out.writeBytes(middle);
        out.write(bytes, from, bytes.length - from);
        return out.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
