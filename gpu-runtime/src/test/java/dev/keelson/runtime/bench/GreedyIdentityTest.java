package dev.keelson.runtime.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GreedyIdentityTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("keelson.root", ".."), "models", "keelson-mini");

    @ParameterizedTest
    @ValueSource(strings = {"torch", "reference"})
    void theBundledModelSaysTheSameHoweverItIsServed(String decoder) throws IOException {
        assertSame(new GreedyIdentity(BenchEngine.weights(FOLDER), 12, 24), decoder);
    }

    @Test
    void soItDoesOnTheVectorDecoder() throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-modules",
                                "jdk.incubator.vector",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                OnVectors.class.getName(),
                                FOLDER.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("compared");
    }

    /** In a process of its own: tests run without the compiler that makes vector instructions. */
    static final class OnVectors {
        private OnVectors() {}

        public static void main(String[] arguments) throws IOException {
            assertSame(
                    new GreedyIdentity(BenchEngine.weights(Path.of(arguments[0])), 12, 24),
                    "vector");
            System.out.println("compared");
        }
    }

    private static void assertSame(GreedyIdentity identity, String decoder) {
        identity.run(Objects.requireNonNull(GreedyIdentity.DECODERS.get(decoder)))
                .forEach((way, outcome) -> {
                    assertThat(outcome.different()).as(way).isZero();
                    assertThat(outcome.ties()).as(way).isZero();
                    assertThat(outcome.seen()).as("%s happened", way).isPositive();
                });
    }
}
