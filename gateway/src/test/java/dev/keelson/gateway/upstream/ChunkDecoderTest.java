package dev.keelson.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkDecoderTest {
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void givesBackWhatWasPutIntoChunks(long seed) throws ProtocolException {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        var body = new ByteArrayOutputStream();
        var coded = new ByteArrayOutputStream();
        for (int i = 0; i < 50; i++) {
            byte[] chunk = new byte[1 + random.nextInt(300)];
            random.nextBytes(chunk);
            body.writeBytes(chunk);
            String extension = random.nextInt(4) == 0 ? ";a=b" : "";
            coded.writeBytes(ascii(Integer.toHexString(chunk.length) + extension + "\r\n"));
            coded.writeBytes(chunk);
            coded.writeBytes(ascii("\r\n"));
        }
        coded.writeBytes(ascii(random.nextBoolean() ? "0\r\n\r\n" : "0\r\nX-Trailer: 1\r\n\r\n"));

        assertThat(decoded(coded.toByteArray(), random)).isEqualTo(body.toByteArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"x\r\n", "\r\n", "1\r\nab", "123456789\r\n"})
    void refusesWhatIsNoChunk(String wrong) {
        assertThatThrownBy(() -> decoded(new ChunkDecoder(), ascii(wrong), null))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void refusesALineWithoutEnd() {
        assertThatThrownBy(() -> decoded(new ChunkDecoder(), ascii("5" + " ".repeat(20_000)), null))
                .isInstanceOf(ProtocolException.class);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] decoded(byte[] coded, RandomGenerator random) throws ProtocolException {
        var decoder = new ChunkDecoder();
        byte[] body = decoded(decoder, coded, random);
        assertThat(decoder.isEnded()).isTrue();
        return body;
    }

    // Data is taken in parts of any size, as it would arrive.
    private static byte[] decoded(
            ChunkDecoder decoder, byte[] coded, @Nullable RandomGenerator random)
            throws ProtocolException {
        var body = new ByteArrayOutputStream();
        int at = 0;
        while (at < coded.length) {
            int data = (int) Math.min(decoder.data(), coded.length - at);
            if (data > 0) {
                int some = random == null ? data : 1 + random.nextInt(data);
                body.write(coded, at, some);
                decoder.taken(some);
                at += some;
            } else {
                decoder.next(coded[at++]);
            }
        }
        return body.toByteArray();
    }
}
