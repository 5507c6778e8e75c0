package dev.keelson.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulerTest {
    private static final TokenSink NOWHERE =
            new TokenSink() {
                @Override
                public void token(int token, @Nullable FinishReason last) {}

                @Override
                public void ended(FinishReason reason) {}
            };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void blocksAreConservedAndEverySequenceEnds(long seed) {
        var random = new Random(seed);
        var limits =
                new EngineLimits(
                        1 + random.nextInt(6),
                        8 + random.nextInt(40),
                        1 + random.nextInt(8),
                        64,
                        60);
        var scheduler = new Scheduler(limits);
        List<Sequence> open = new ArrayList<>();
        int left = 60;
        int steps = 0;
        while (left > 0 || !open.isEmpty()) {
            if (left > 0 && random.nextInt(3) == 0) {
                int prompt = 1 + random.nextInt(40);
                var sequence = sequence(left--, prompt, 1 + random.nextInt(60 - prompt));
                open.add(sequence);
                scheduler.add(sequence);
            }
            if (!open.isEmpty() && random.nextInt(20) == 0) {
                Sequence cancelled = open.remove(random.nextInt(open.size()));
                int free = scheduler.freeBlocks();
                int held = cancelled.heldBlocks();
                scheduler.remove(cancelled);
                assertThat(scheduler.freeBlocks()).isEqualTo(free + held);
            }
            run(scheduler, limits, open);
            assertThat(++steps).as("seed %d: somebody starves", seed).isLessThan(20_000);
        }
        assertThat(scheduler.isIdle()).isTrue();
        assertThat(scheduler.freeBlocks()).isEqualTo(64);
    }

    @Test
    void theOldestIsNeverPreempted() {
        var limits = new EngineLimits(4, 64, 4, 16, 64);
        var scheduler = new Scheduler(limits);
        List<Sequence> open = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            open.add(sequence(i + 1, 8, 50));
        }
        Sequence oldest = open.getFirst();
        open.forEach(scheduler::add);
        int computed = 0;
        while (open.contains(oldest)) {
            run(scheduler, limits, open);
            assertThat(oldest.computed())
                    .isGreaterThanOrEqualTo(open.contains(oldest) ? computed : 0);
            computed = oldest.computed();
        }
        assertThat(scheduler.preemptions()).isPositive();
    }

    @Test
    void aLongPromptIsReadInChunksWhileOthersGoOn() {
        var limits = new EngineLimits(4, 16, 4, 64, 128);
        var scheduler = new Scheduler(limits);
        Sequence talking = sequence(1, 2, 40);
        List<Sequence> open = new ArrayList<>(List.of(talking));
        scheduler.add(talking);
        run(scheduler, limits, open);
        Sequence reading = sequence(2, 60, 1);
        open.add(reading);
        scheduler.add(reading);
        for (int i = 0; i < 3; i++) {
            StepPlan plan = run(scheduler, limits, open);
            assertThat(plan.slices()).extracting(StepPlan.Slice::sequence).contains(1L, 2L);
        }
        assertThat(reading.computed()).isEqualTo(45);
    }

    @Test
    void firstComeIsFirstServed() {
        var limits = new EngineLimits(1, 16, 4, 64, 64);
        var scheduler = new Scheduler(limits);
        List<Sequence> open = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            open.add(sequence(i, 3, 2));
        }
        open.forEach(scheduler::add);
        List<Long> order = new ArrayList<>();
        while (!open.isEmpty()) {
            order.add(run(scheduler, limits, open).slices().getFirst().sequence());
        }
        assertThat(order).containsExactly(1L, 1L, 2L, 2L, 3L, 3L);
    }

    private static Sequence sequence(int id, int prompt, int maxTokens) {
        return new Sequence(
                id,
                new int[prompt],
                new SamplingParameters(maxTokens, 0, 1, 0, 0, List.of(), true),
                NOWHERE);
    }

    /** One step with a decoder that always says 1; checks what must hold in every plan. */
    private static StepPlan run(Scheduler scheduler, EngineLimits limits, List<Sequence> open) {
        StepPlan plan = scheduler.plan();
        assertThat(plan.tokens()).isLessThanOrEqualTo(limits.maxStepTokens());
        assertThat(plan.slices()).hasSizeLessThanOrEqualTo(limits.maxSequences());
        assertThat(plan.slices().isEmpty()).isEqualTo(open.isEmpty());
        Set<Integer> blocks = new HashSet<>();
        for (StepPlan.Slice slice : plan.slices()) {
            for (int block : slice.blocks()) {
                assertThat(blocks.add(block))
                        .as("block %d belongs to two sequences", block)
                        .isTrue();
            }
            assertThat(slice.blocks().length * limits.blockSize())
                    .isGreaterThanOrEqualTo(slice.start() + slice.tokens().length);
        }
        int held = open.stream().mapToInt(Sequence::heldBlocks).sum();
        assertThat(scheduler.freeBlocks() + held).isEqualTo(limits.blocks());
        for (StepPlan.Slice slice : plan.slices()) {
            Sequence sequence =
                    open.stream().filter(s -> s.id() == slice.sequence()).findFirst().orElseThrow();
            sequence.advance(slice.tokens().length);
            if (slice.sample()) {
                sequence.append(1);
                if (sequence.generated() >= sequence.parameters().maxTokens()) {
                    scheduler.remove(sequence);
                    open.remove(sequence);
                }
            }
        }
        return plan;
    }
}
