package dev.keelson.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every load and every set-up, over seeds. */
final class EngineInvariantsTest {
    private static final StepTimeModel BY_TOKENS =
            new StepTimeModel() {
                @Override
                public double stepMicros(List<StepWork> ranks) {
                    double tokens = ranks.stream().mapToInt(StepWork::tokens).sum();
                    return 2_000 + 20 * tokens;
                }

                @Override
                public Source source() {
                    return Source.REGRESSION;
                }
            };

    static Stream<Long> seeds() {
        return LongStream.range(0, 60).boxed();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void answersEveryRequestOnceWithTimesInOrder(long seed) {
        var random = new Random(seed);
        var limits = limits(random);
        var requests = requests(random, limits);

        var times = EngineSimulator.simulate(limits, BY_TOKENS, 1 + random.nextInt(2), requests);

        assertThat(times).hasSameSizeAs(requests);
        var ids = new HashSet<Long>();
        long last = 0;
        for (var time : times) {
            assertThat(ids.add(time.request().id())).isTrue();
            assertThat(time.queuedNanos()).isGreaterThanOrEqualTo(time.request().arrivalNanos());
            assertThat(time.scheduledNanos()).isGreaterThanOrEqualTo(time.queuedNanos());
            assertThat(time.firstTokenNanos()).isGreaterThan(time.scheduledNanos());
            assertThat(time.lastTokenNanos()).isGreaterThanOrEqualTo(time.firstTokenNanos());
            assertThat(time.cachedTokens()).isLessThan(time.request().promptTokens());
            assertThat(time.lastTokenNanos()).isGreaterThanOrEqualTo(last);
            last = time.lastTokenNanos();
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void conservesKvBlocksAtEveryMoment(long seed) {
        var random = new Random(seed);
        var limits = limits(random);
        var engine = new EngineSimulator(limits, BY_TOKENS, 1);
        requests(random, limits).forEach(engine::submit);

        int perPrefix = Math.max(1, limits.prefixBlockTokens() / limits.blockTokens());
        for (var next = engine.nextEventNanos(); next.isPresent(); next = engine.nextEventNanos()) {
            engine.advanceTo(next.getAsLong());
            var kv = engine.rank(0).kv();
            assertThat(kv.inUse())
                    .isEqualTo(engine.rank(0).anonymousBlocks() + kv.sharedInUse())
                    .isBetween(0, kv.total());
            assertThat(kv.unusedPrefixes().size() * perPrefix)
                    .isLessThanOrEqualTo(kv.total() - kv.inUse());
            assertThat(engine.rank(0).runningCount()).isLessThanOrEqualTo(limits.maxSequences());
        }

        assertThat(engine.rank(0).kv().inUse()).isZero();
        assertThat(engine.rank(0).kv().sharedInUse()).isZero();
        assertThat(engine.occupancy().waiting()).isZero();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void doesTheSameAgainInSmallerSteps(long seed) {
        var first = new Random(seed);
        var limits = limits(first);
        var requests = requests(first, limits);
        var whole = EngineSimulator.simulate(limits, BY_TOKENS, 1, requests);

        var engine = new EngineSimulator(limits, BY_TOKENS, 1);
        var pieces = new ArrayList<RequestTimes>();
        int submitted = 0;
        for (long now = 0;
                submitted < requests.size() || engine.nextEventNanos().isPresent();
                now += 1_000_000) {
            while (submitted < requests.size()
                    && requests.get(submitted).arrivalNanos() <= now + 1_000_000) {
                engine.submit(requests.get(submitted++));
            }
            engine.advanceTo(now);
            pieces.addAll(engine.takeFinished());
        }

        assertThat(pieces).isEqualTo(whole);
    }

    private static EngineLimits limits(Random random) {
        int block = 1 << random.nextInt(5);
        int blocks = 512 / block + random.nextInt(2_000 / block);
        var order = random.nextBoolean() ? EngineLimits.Order.ARRIVAL : EngineLimits.Order.PRIORITY;
        return new EngineLimits(
                1 + random.nextInt(32),
                16 + random.nextInt(512),
                block,
                blocks,
                1 + random.nextInt(2),
                random.nextBoolean() ? 0 : block * (1 + random.nextInt(3)),
                order,
                new LoraSupport(1 + random.nextInt(3), 100, 50, 2_000),
                random.nextBoolean()
                        ? Speculation.NONE
                        : new Speculation(random.nextInt(5), 0.7, 300));
    }

    private static List<EngineRequest> requests(Random random, EngineLimits limits) {
        var requests = new ArrayList<EngineRequest>();
        long now = 0;
        int count = 1 + random.nextInt(150);
        int longest = (int) limits.kvTokens() / 2;
        for (int i = 0; i < count; i++) {
            now += (long) (random.nextDouble() * 40_000_000);
            int prompt = 1 + random.nextInt(longest);
            int output = 1 + random.nextInt(Math.min(200, longest));
            requests.add(
                    new EngineRequest(
                            i,
                            now,
                            prompt,
                            output,
                            random.nextInt(3),
                            hashes(random, limits, prompt),
                            random.nextInt(5)));
        }
        return requests;
    }

    private static List<Long> hashes(Random random, EngineLimits limits, int prompt) {
        if (limits.prefixBlockTokens() == 0) {
            return List.of();
        }
        long family = random.nextInt(5) * 1_000L;
        return LongStream.range(0, prompt / limits.prefixBlockTokens())
                .map(place -> family + place)
                .boxed()
                .toList();
    }
}
