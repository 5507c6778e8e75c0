package dev.keelson.runtime.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class GreedyIdentityTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("keelson.root", ".."), "models", "keelson-mini");

    @Test
    void theBundledModelSaysTheSameHoweverItIsServed() throws IOException {
        var identity = new GreedyIdentity(BenchEngine.weights(FOLDER), 12, 24);
        identity.run()
                .forEach((way, outcome) -> {
                    assertThat(outcome.different()).as(way).isZero();
                    assertThat(outcome.ties()).as(way).isZero();
                    assertThat(outcome.seen()).as("%s happened", way).isPositive();
                });
    }
}
