package dev.keelson.gateway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the gateway's benchmarks measure with. */
class CannedEngineTest {
    private final CannedEngine engine;

    CannedEngineTest() throws IOException {
        engine = new CannedEngine();
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
    }

    @Test
    void everyRequestOfAFloodIsAnswered() throws IOException {
        RequestLoad.Count count = new RequestLoad(engine.port()).flood(4, Duration.ofMillis(200));

        assertThat(count.done()).isPositive();
        assertThat(count.failed()).isZero();
    }

    @Test
    void asManyRequestsAsTheRateSaysAreTimed() throws InterruptedException {
        List<Long> times = new RequestLoad(engine.port()).paced(100, Duration.ofMillis(200));

        assertThat(times).hasSize(20).allMatch(nanos -> nanos > 0 && nanos < Long.MAX_VALUE);
    }

    @Test
    void aRequestThatNobodyAnswersIsCountedAsThat() throws IOException, InterruptedException {
        int port = engine.port();
        engine.close();

        assertThat(new RequestLoad(port).paced(10, Duration.ofMillis(100)))
                .contains(Long.MAX_VALUE);
    }

    @Test
    void aStreamHasAllItsTokensEachWithItsAge() throws IOException {
        List<Long> ages = new ArrayList<>();

        boolean whole = new StreamReader(engine.port(), 50, 0, 100).read(ages::add);

        assertThat(whole).isTrue();
        assertThat(ages).hasSize(50).allMatch(nanos -> nanos > 0);
    }

    @Test
    void largeTokensArriveWhole() throws IOException {
        List<Long> ages = new ArrayList<>();

        boolean whole = new StreamReader(engine.port(), 300, 20_000, 0).read(ages::add);

        assertThat(whole).isTrue();
        assertThat(ages).hasSize(300);
        assertThat(engine.mostSent()).isEqualTo(300 * 20_000);
    }
}
