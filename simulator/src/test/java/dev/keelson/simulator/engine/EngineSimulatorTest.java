package dev.keelson.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class EngineSimulatorTest {
    private static final long MILLI = 1_000_000;

    /** Every step takes 10 ms, whatever it does. */
    private static final StepTimeModel TEN_MILLIS =
            new StepTimeModel() {
                @Override
                public double stepMicros(List<StepWork> ranks) {
                    return 10_000;
                }

                @Override
                public Source source() {
                    return Source.ROOFLINE;
                }
            };

    private static final EngineLimits SYNCHRONOUS =
            EngineLimits.vllm(8, 100, 1_000).withPipelineDepth(1).withPrefixBlockTokens(0);

    @Test
    void givesOneTokenAStepAfterThePrompt() {
        var times = simulate(SYNCHRONOUS, new EngineRequest(1, 5 * MILLI, 50, 4)).getFirst();

        assertThat(times.queuedNanos()).isEqualTo(5 * MILLI);
        assertThat(times.scheduledNanos()).isEqualTo(5 * MILLI);
        assertThat(times.firstTokenNanos()).isEqualTo(15 * MILLI);
        assertThat(times.lastTokenNanos()).isEqualTo(45 * MILLI);
        assertThat(times.timePerOutputTokenSeconds()).isEqualTo(0.010);
    }

    @Test
    void cutsALongPromptIntoChunks() {
        var times = simulate(SYNCHRONOUS, new EngineRequest(1, 0, 250, 1)).getFirst();

        assertThat(times.firstTokenNanos()).isEqualTo(30 * MILLI);
    }

    @Test
    void takesArrivalsOnlyBetweenTwoSteps() {
        var times =
                simulate(
                        SYNCHRONOUS,
                        new EngineRequest(1, 0, 10, 5),
                        new EngineRequest(2, 3 * MILLI, 10, 1));

        assertThat(byId(times).get(1).queuedNanos()).isEqualTo(10 * MILLI);
        assertThat(byId(times).get(1).firstTokenNanos()).isEqualTo(20 * MILLI);
    }

    @Test
    void letsAnArrivalWaitForTheStepThatIsAlreadyScheduledWhenTwoAreInFlight() {
        var times =
                simulate(
                        SYNCHRONOUS.withPipelineDepth(2),
                        new EngineRequest(1, 0, 10, 6),
                        new EngineRequest(2, 3 * MILLI, 10, 1));

        assertThat(byId(times).get(1).queuedNanos()).isEqualTo(10 * MILLI);
        assertThat(byId(times).get(1).firstTokenNanos()).isEqualTo(30 * MILLI);
        assertThat(byId(times).getFirst().lastTokenNanos()).isEqualTo(60 * MILLI);
    }

    @Test
    void servesDecodesBeforeNewPrompts() {
        var limits = new EngineLimits(8, 20, 16, 1_000, 1, 0, EngineLimits.Order.ARRIVAL);

        var times =
                byId(
                        simulate(
                                limits,
                                new EngineRequest(1, 0, 20, 10),
                                new EngineRequest(2, MILLI, 38, 1)));

        assertThat(times.getFirst().lastTokenNanos()).isEqualTo(100 * MILLI);
        assertThat(times.get(1).firstTokenNanos()).isEqualTo(30 * MILLI);
    }

    @Test
    void holdsNoMoreSequencesThanItMay() {
        var limits = new EngineLimits(1, 100, 16, 1_000, 1, 0, EngineLimits.Order.ARRIVAL);

        var times =
                byId(
                        simulate(
                                limits,
                                new EngineRequest(1, 0, 10, 3),
                                new EngineRequest(2, 0, 10, 3)));

        assertThat(times.get(1).queuedNanos()).isZero();
        assertThat(times.get(1).scheduledNanos()).isEqualTo(30 * MILLI);
        assertThat(times.get(1).lastTokenNanos()).isEqualTo(60 * MILLI);
    }

    @Test
    void computesThePreemptedAgainAndLosesNone() {
        var limits = new EngineLimits(8, 100, 16, 4, 1, 0, EngineLimits.Order.ARRIVAL);

        var times =
                byId(
                        simulate(
                                limits,
                                new EngineRequest(1, 0, 30, 30),
                                new EngineRequest(2, 0, 30, 30)));

        assertThat(times.getFirst().preemptions()).isZero();
        assertThat(times.get(1).preemptions()).isPositive();
        assertThat(times.get(1).lastTokenNanos()).isGreaterThan(times.getFirst().lastTokenNanos());
    }

    @Test
    void preemptsTheLeastUrgentWhereItServesByPriority() {
        var limits = new EngineLimits(8, 100, 16, 4, 1, 0, EngineLimits.Order.PRIORITY);

        var times =
                byId(
                        simulate(
                                limits,
                                new EngineRequest(1, 0, 30, 30, 9, List.of()),
                                new EngineRequest(2, 0, 30, 30, 0, List.of())));

        assertThat(times.getFirst().preemptions()).isPositive();
        assertThat(times.get(1).preemptions()).isZero();
    }

    @Test
    void skipsAPrefixThatItStillHolds() {
        var limits = EngineLimits.vllm(8, 2_048, 1_000);
        var prefix = LongStream.range(0, 4).boxed().toList();

        var times =
                byId(
                        simulate(
                                limits,
                                new EngineRequest(1, 0, 64 + 10, 2, 0, prefix),
                                new EngineRequest(2, 500 * MILLI, 64 + 20, 2, 0, prefix)));

        assertThat(times.getFirst().cachedTokens()).isZero();
        assertThat(times.get(1).cachedTokens()).isEqualTo(64);
    }

    @Test
    void computesTheLastTokenOfAPromptThatIsAllCached() {
        var prefix = LongStream.range(0, 4).boxed().toList();

        var times =
                byId(
                        simulate(
                                EngineLimits.vllm(8, 2_048, 1_000),
                                new EngineRequest(1, 0, 64, 2, 0, prefix),
                                new EngineRequest(2, 500 * MILLI, 64, 2, 0, prefix)));

        assertThat(times.get(1).cachedTokens()).isEqualTo(48);
    }

    @Test
    void spreadsRequestsOverRanksThatStepTogether() {
        var work = new ArrayList<List<StepWork>>();
        var recording =
                new StepTimeModel() {
                    @Override
                    public double stepMicros(List<StepWork> ranks) {
                        work.add(ranks);
                        return 10_000;
                    }

                    @Override
                    public Source source() {
                        return Source.ROOFLINE;
                    }
                };

        EngineSimulator.simulate(
                SYNCHRONOUS,
                recording,
                2,
                List.of(new EngineRequest(1, 0, 10, 1), new EngineRequest(2, 0, 20, 1)));

        assertThat(work).hasSize(1);
        assertThat(work.getFirst()).extracting(StepWork::prefillTokens).containsExactly(10, 20);
    }

    @Test
    void givesTheExpectedTokensAStepWhenDraftsAreAccepted() {
        var speculating = SYNCHRONOUS.withSpeculation(new Speculation(3, 0.5, 5_000));

        var times = simulate(speculating, new EngineRequest(1, 0, 10, 151)).getFirst();

        // 1 + 1/2 + 1/4 + 1/8 = 1.875 tokens in each step of 10 + 5 ms: 150 tokens take 80 steps.
        assertThat(times.firstTokenNanos()).isEqualTo(10 * MILLI);
        assertThat(times.lastTokenNanos())
                .isBetween((10 + 80 * 15) * MILLI, (10 + 82 * 15) * MILLI);
    }

    @Test
    void batchesNoMoreAdaptersThanItHoldsAndLetsOthersPass() {
        var limits = SYNCHRONOUS.withLora(new LoraSupport(1, 1_000, 500, 0));

        var times =
                byId(
                        simulate(
                                limits,
                                new EngineRequest(1, 0, 10, 3, 0, List.of(), 7),
                                new EngineRequest(2, 0, 10, 3, 0, List.of(), 8),
                                new EngineRequest(3, 0, 10, 3, 0, List.of(), 7),
                                new EngineRequest(4, 0, 10, 3)));

        assertThat(times.getFirst().lastTokenNanos()).isEqualTo(34_500_000);
        assertThat(times.get(1).scheduledNanos()).isEqualTo(34_500_000);
        assertThat(times.get(2).scheduledNanos()).isZero();
        assertThat(times.get(3).scheduledNanos()).isZero();
    }

    /** Steps of 10 ms; a load takes 40 ms. Two slots: of three adapters in turn one is away. */
    @Test
    void loadsAnAdapterIntoTheSlotThatWasUnusedForLongest() {
        var limits = SYNCHRONOUS.withLora(new LoraSupport(2, 0, 0, 40_000));
        var requests = new ArrayList<EngineRequest>();
        int[] asked = {7, 8, 7, 9, 7, 8};
        for (int i = 0; i < asked.length; i++) {
            requests.add(new EngineRequest(i, i * 1_000L * MILLI, 10, 1, 0, List.of(), asked[i]));
        }

        var times = byId(simulate(limits, requests.toArray(EngineRequest[]::new)));

        assertThat(times).extracting(RequestTimes::adapterLoads).containsExactly(1, 1, 0, 1, 0, 1);
        assertThat(times)
                .extracting(time -> time.firstTokenNanos() - time.queuedNanos())
                .containsExactly(
                        50 * MILLI, 50 * MILLI, 10 * MILLI, 50 * MILLI, 10 * MILLI, 50 * MILLI);
    }

    @Test
    void refusesAnAdapterWhereThereAreNone() {
        var engine = new EngineSimulator(SYNCHRONOUS, TEN_MILLIS, 1);

        assertThat(engine.admits(new EngineRequest(1, 0, 10, 3, 0, List.of(), 7))).isFalse();
    }

    @Test
    void refusesWhatCouldNeverFit() {
        var engine = new EngineSimulator(EngineLimits.vllm(8, 100, 2), TEN_MILLIS, 1);
        var request = new EngineRequest(1, 0, 30, 3);

        assertThat(engine.admits(request)).isFalse();
        assertThatThrownBy(() -> engine.submit(request))
                .hasMessageContaining(
                        "needs 33 KV tokens and adapter 0, but the engine has 32 KV tokens");
    }

    @Test
    void refusesThePast() {
        var engine = new EngineSimulator(EngineLimits.vllm(8, 100, 20), TEN_MILLIS, 1);
        engine.advanceTo(MILLI);

        assertThatThrownBy(() -> engine.submit(new EngineRequest(1, 0, 30, 3)))
                .hasMessageContaining("arrives at 0 ns");
    }

    private static List<RequestTimes> simulate(EngineLimits limits, EngineRequest... requests) {
        return EngineSimulator.simulate(limits, TEN_MILLIS, 1, List.of(requests));
    }

    private static List<RequestTimes> byId(List<RequestTimes> times) {
        return times.stream()
                .sorted(Comparator.comparingLong(time -> time.request().id()))
                .toList();
    }
}
