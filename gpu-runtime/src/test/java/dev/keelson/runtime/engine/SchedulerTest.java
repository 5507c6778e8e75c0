package dev.keelson.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.runtime.weights.LoraAdapter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SchedulerTest {
    private static final int SEEDS = 1_000;

    @ParameterizedTest
    @EnumSource(SchedulingPolicy.class)
    void whateverComesEveryStepKeepsItsBudgetEveryBlockIsCountedAndEverybodyEnds(
            SchedulingPolicy policy) {
        long preemptions = 0;
        long found = 0;
        long accepted = 0;
        long rejected = 0;
        long loads = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            var run = new RandomRun(policy, seed);
            run.play();
            preemptions += run.world.scheduler.preemptions();
            found += run.world.scheduler.foundTokens();
            accepted += run.world.accepted;
            rejected += run.world.guessed - run.world.accepted;
            loads += run.world.loads;
        }
        assertThat(accepted).as("guesses were right").isGreaterThan(SEEDS);
        assertThat(rejected).as("guesses were wrong").isGreaterThan(SEEDS);
        assertThat(loads).as("adapters were loaded").isGreaterThan(SEEDS);
        assertThat(preemptions).as("blocks ran out").isGreaterThan(SEEDS);
        assertThat(found).as("prefixes were found").isGreaterThan(SEEDS);
    }

    @Test
    void theOldestIsNeverPreempted() {
        var world = new World(new EngineLimits(4, 64, 4, 16, 64), SchedulingPolicy.FCFS);
        for (int i = 0; i < 4; i++) {
            world.add(8, 50, 0);
        }
        Sequence oldest = world.open.getFirst();
        int computed = 0;
        while (world.open.contains(oldest)) {
            world.step();
            assertThat(oldest.computed())
                    .isGreaterThanOrEqualTo(world.open.contains(oldest) ? computed : 0);
            computed = oldest.computed();
        }
        assertThat(world.scheduler.preemptions()).isPositive();
    }

    @Test
    void aLongPromptIsReadInChunksWhileOthersGoOn() {
        var world = new World(new EngineLimits(4, 16, 4, 64, 128), SchedulingPolicy.FCFS);
        world.add(2, 40, 0);
        world.step();
        Sequence reading = world.add(60, 1, 0);
        for (int i = 0; i < 3; i++) {
            assertThat(world.step().slices()).extracting(StepPlan.Slice::sequence).contains(1L, 2L);
        }
        assertThat(reading.computed()).isEqualTo(45);
    }

    @Test
    void firstComeIsFirstServed() {
        var world = new World(new EngineLimits(1, 16, 4, 64, 64), SchedulingPolicy.FCFS);
        for (int i = 0; i < 3; i++) {
            world.add(3, 2, 3 - i);
        }
        assertThat(world.order()).containsExactly(1L, 1L, 2L, 2L, 3L, 3L);
    }

    @Test
    void aSmallerPriorityTakesTheSlotOfALargerOneWhichKeepsItsBlocks() {
        var world = new World(new EngineLimits(1, 16, 4, 64, 64), SchedulingPolicy.PRIORITY);
        Sequence patient = world.add(8, 3, 5);
        world.step();
        world.add(3, 2, -1);
        world.add(3, 1, 5);
        assertThat(world.order()).containsExactly(2L, 2L, 1L, 1L, 3L);
        assertThat(patient.cached()).isZero();
        assertThat(world.scheduler.preemptions()).isZero();
    }

    @Test
    void aShortAnswerPassesALongOneAndTheLongOneComesBack() {
        var limits = new EngineLimits(1, 64, 4, 64, 200);
        var world = new World(limits, knobs(limits, SchedulingPolicy.MLFQ, 8, 40));
        Sequence longOne = world.add(4, 150, 0);
        for (int i = 0; i < 20; i++) {
            world.step();
        }
        Sequence shortOne = world.add(4, 3, 0);
        world.step();
        world.step();
        world.step();
        assertThat(world.open).containsExactly(longOne).doesNotContain(shortOne);
        // Short ones without end: the long one starves for 40 steps, then has its turn.
        int before = longOne.generated();
        for (int i = 0; i < 100; i++) {
            world.add(4, 3, 0);
            world.step();
        }
        assertThat(longOne.generated()).isGreaterThan(before);
    }

    @Test
    void anAdapterThatRunsStaysAndTheOneUnusedForLongestMakesRoom() {
        var limits = new EngineLimits(4, 64, 4, 64, 64).withAdapters(2, 1);
        var world = new World(limits, SchedulingPolicy.FCFS);
        List<Adapter> all = List.of(adapter(0), adapter(1), adapter(2));
        Sequence first = world.add(new int[3], 5, 0, all.get(0));
        world.add(new int[3], 1, 0, all.get(1));
        Sequence third = world.add(new int[3], 1, 0, all.get(2));
        assertThat(world.step().loads()).extracting(StepPlan.Load::slot).containsExactly(0, 1);
        assertThat(third.computed()).as("waits while both run").isZero();
        assertThat(world.step().loads())
                .containsExactly(new StepPlan.Load(1, all.get(2).weights()));
        assertThat(world.open).containsExactly(first);
        world.add(new int[3], 2, 0, all.get(0));
        assertThat(world.step().loads()).as("held already").isEmpty();
    }

    @ParameterizedTest
    @EnumSource(SchedulingPolicy.class)
    void aRareAdapterHasItsTurnHoweverManyWantTheOthers(SchedulingPolicy policy) {
        for (long seed = 0; seed < 70; seed++) {
            var random = new Random(seed);
            var limits = new EngineLimits(4, 64, 4, 256, 300).withAdapters(2, 1);
            var world = new World(limits, policy);
            List<Adapter> popular = List.of(adapter(0), adapter(1));
            Sequence rare = null;
            int steps = 0;
            for (; rare == null || world.open.contains(rare); steps++) {
                for (Adapter adapter : popular) {
                    if (world.open.size() < 12) {
                        world.add(new int[2], 50 + random.nextInt(150), 0, adapter);
                    }
                }
                if (steps == 20) {
                    rare = world.add(new int[2], 5, 0, adapter(2));
                }
                world.step();
                assertThat(steps).as("seed %d: steps", seed).isLessThan(1_500);
            }
        }
    }

    @Test
    void aBetterClassTakesTheSlotOfAnAdapterAtOnceAndAWorseOneNever() {
        var limits = new EngineLimits(4, 64, 4, 64, 200).withAdapters(1, 1);
        var world = new World(limits, SchedulingPolicy.PRIORITY);
        world.add(new int[3], 150, 1, adapter(0));
        world.step();
        Sequence worse = world.add(new int[3], 2, 2, adapter(1));
        for (int i = 0; i < 2 * AdapterSlots.TURN; i++) {
            world.step();
        }
        assertThat(worse.computed()).isZero();
        Sequence better = world.add(new int[3], 2, 0, adapter(2));
        world.step();
        assertThat(better.generated()).isOne();
        assertThat(world.scheduler.preemptions()).as("blocks given back").isZero();
    }

    @Test
    void aBlockThatTwoHoldIsCopiedByTheFirstToWriteAndNotByTheLast() {
        var limits = new EngineLimits(4, 64, 4, 64, 64);
        var world = new World(limits, SchedulingPolicy.FCFS);
        Sequence leader = world.add(6, 5, 0);
        Sequence follower = world.follow(leader, 5);
        assertThat(world.step().slices()).hasSize(1);
        assertThat(world.scheduler.fork(leader, follower)).isTrue();
        follower.append(7);
        assertThat(world.scheduler.cache().used()).isEqualTo(2);
        StepPlan plan = world.step();
        assertThat(plan.copies()).hasSize(1);
        assertThat(plan.copies().getFirst().from()).isEqualTo(follower.block(1));
        assertThat(plan.copies().getFirst().to()).isEqualTo(leader.block(1));
        assertThat(leader.block(0)).isEqualTo(follower.block(0));
        assertThat(world.scheduler.cache().used()).isEqualTo(3);
        assertThat(world.step().copies()).isEmpty();
    }

    @Test
    void theLeastRecentlyUsedPrefixIsForgottenFirstAndFromItsEnd() {
        var cache = new KvCache(4, true);
        var maker = new PrefixKeys();
        PrefixKey a = maker.next(maker.root(""), new int[] {1});
        PrefixKey b = maker.next(a, new int[] {2});
        PrefixKey c = maker.next(maker.root(""), new int[] {3});
        int[] blocks = {cache.take(), cache.take(), cache.take()};
        cache.remember(blocks[0], a);
        cache.remember(blocks[1], b);
        cache.remember(blocks[2], c);
        cache.release(blocks[1]);
        cache.release(blocks[0]);
        cache.release(blocks[2]);
        assertThat(cache.free()).isEqualTo(4);
        cache.share(blocks[1]); // used once more
        cache.release(blocks[1]);
        cache.take(); // the empty one
        cache.take();
        assertThat(cache.find(a)).isNegative();
        assertThat(cache.find(b)).isEqualTo(blocks[1]);
        cache.take();
        assertThat(cache.find(c)).isNegative();
        assertThat(cache.find(b)).isEqualTo(blocks[1]);
        assertThat(maker.next(maker.root("x"), new int[] {1})).isNotEqualTo(a);
    }

    private static EngineKnobs knobs(
            EngineLimits limits, SchedulingPolicy policy, int quantum, int starvation) {
        return new EngineKnobs(
                limits.maxSequences(),
                limits.maxStepTokens(),
                policy,
                true,
                0,
                100,
                quantum,
                starvation,
                0);
    }

    private record Content(int token, @Nullable Adapter adapter) {}

    /** Adapters that differ in their names. */
    private static Adapter adapter(int number) {
        return new Adapter("a" + number, new LoraAdapter(1, List.of(), "print" + number));
    }

    /**
     * A scheduler with a decoder that says 1 and each seventh time 2, and what must hold after
     * every step.
     */
    private static final class World {
        private final EngineLimits limits;
        private final Scheduler scheduler;
        private final List<Sequence> open = new ArrayList<>();

        /** The token, and the adapter, that was read into each position of each block. */
        private final Content[][] contents;

        private final Map<Integer, LoraAdapter> slots = new HashMap<>();

        private EngineKnobs knobs;
        private long nextId = 1;
        private long guessed;
        private long accepted;
        private long loads;

        World(EngineLimits limits, SchedulingPolicy policy) {
            this(limits, SchedulerTest.knobs(limits, policy, 32, 500));
        }

        World(EngineLimits limits, EngineKnobs knobs) {
            this.limits = limits;
            this.knobs = knobs;
            contents = new Content[limits.blocks()][limits.blockSize()];
            scheduler = new Scheduler(limits, knobs, PromptLookup::draft);
        }

        Sequence add(int prompt, int maxTokens, int priority) {
            return add(new int[prompt], maxTokens, priority);
        }

        Sequence add(int[] prompt, int maxTokens, int priority) {
            return add(prompt, maxTokens, priority, null);
        }

        Sequence add(int[] prompt, int maxTokens, int priority, @Nullable Adapter adapter) {
            var request =
                    new EngineRequest(
                            prompt, new int[0], priority, "", EngineRequest.NO_DEADLINE, adapter);
            return add(new Sequence(nextId++, request, parameters(maxTokens), null));
        }

        Sequence follow(Sequence leader, int maxTokens) {
            int[] prompt = new int[leader.size()];
            for (int i = 0; i < prompt.length; i++) {
                prompt[i] = leader.token(i);
            }
            var request =
                    new EngineRequest(
                            prompt,
                            new int[0],
                            leader.priority(),
                            "",
                            EngineRequest.NO_DEADLINE,
                            leader.adapter());
            return add(new Sequence(nextId++, request, parameters(maxTokens), leader));
        }

        private Sequence add(Sequence sequence) {
            open.add(sequence);
            scheduler.add(sequence);
            return sequence;
        }

        void remove(Sequence sequence) {
            open.remove(sequence);
            scheduler.remove(sequence);
        }

        /** Sequence of the first slice of each step until all have ended. */
        List<Long> order() {
            List<Long> order = new ArrayList<>();
            while (!open.isEmpty()) {
                order.add(step().slices().getFirst().sequence());
            }
            return order;
        }

        StepPlan step() {
            StepPlan plan = scheduler.plan();
            check(plan.tokens() <= knobs.maxStepTokens(), "tokens in a step", plan.tokens());
            int slices = plan.slices().size();
            check(slices <= knobs.maxSequences(), "sequences in a step", slices);
            check(plan.slices().isEmpty() == open.isEmpty(), "sequences in a step", slices);
            checkBlocks();
            plan.loads().forEach(load -> slots.put(load.slot(), load.adapter()));
            loads += plan.loads().size();
            plan.slices().forEach(this::checkSlot);
            write(plan);
            for (StepPlan.Slice slice : plan.slices()) {
                Sequence sequence = find(slice.sequence());
                int own = slice.tokens().length - slice.drafted();
                scheduler.advance(sequence, own);
                if (slice.sample()) {
                    choose(
                            sequence,
                            Arrays.copyOfRange(slice.tokens(), own, own + slice.drafted()));
                }
            }
            scheduler.cache().check();
            return plan;
        }

        /** As the engine: token after token, up to the first that was not guessed. */
        private void choose(Sequence sequence, int... guesses) {
            guessed += guesses.length;
            for (int i = 0; i <= guesses.length; i++) {
                int token = sequence.size() % 7 == 0 ? 2 : 1;
                sequence.append(token);
                if (sequence.generated() >= sequence.parameters().maxTokens()) {
                    remove(sequence);
                    return;
                }
                if (i == guesses.length || guesses[i] != token) {
                    break;
                }
                scheduler.advance(sequence, 1);
                accepted++;
            }
            if (guesses.length > 0) {
                scheduler.settle(sequence);
                int blocks = limits.blocksFor(sequence.computed());
                check(sequence.heldBlocks() == blocks, "blocks after guesses", blocks);
            }
        }

        private void checkSlot(StepPlan.Slice slice) {
            Adapter adapter = find(slice.sequence()).adapter();
            LoraAdapter held = slots.get(slice.adapter());
            check(slice.adapter() < limits.adapterSlots(), "slot", slice.adapter());
            String print = held == null ? "" : held.fingerprint();
            String wanted = adapter == null ? "" : adapter.weights().fingerprint();
            check(print.equals(wanted), "another adapter in slot", slice.adapter());
        }

        private Sequence find(long id) {
            return open.stream().filter(s -> s.id() == id).findFirst().orElseThrow();
        }

        /** Counted again from the sequences' own tables. */
        private void checkBlocks() {
            Map<Integer, Integer> holders = new HashMap<>();
            for (Sequence sequence : open) {
                for (int i = 0; i < sequence.heldBlocks(); i++) {
                    holders.merge(sequence.block(i), 1, Integer::sum);
                }
            }
            KvCache cache = scheduler.cache();
            check(cache.used() == holders.size(), "used blocks", cache.used());
            check(cache.free() + cache.used() == limits.blocks(), "free blocks", cache.free());
            holders.forEach(
                    (block, n) -> check(cache.isShared(block) == n > 1, "holders of block", block));
        }

        /** Plays the decoder's part: every position that is read must hold its own token. */
        private void write(StepPlan plan) {
            int size = limits.blockSize();
            Content[][] before = contents.clone();
            Set<Integer> targets = new HashSet<>();
            for (StepPlan.Copy copy : plan.copies()) {
                check(targets.add(copy.to()), "two copies to block", copy.to());
                contents[copy.to()] = before[copy.from()].clone();
            }
            Set<Integer> written = new HashSet<>();
            for (StepPlan.Slice slice : plan.slices()) {
                Adapter adapter = find(slice.sequence()).adapter();
                for (int i = 0; i < slice.tokens().length; i++) {
                    int at = slice.start() + i;
                    int block = slice.blocks()[at / size];
                    check(
                            written.add(block * size + at % size),
                            "two write to one place of block",
                            block);
                    contents[block][at % size] = new Content(slice.tokens()[i], adapter);
                }
            }
            for (StepPlan.Slice slice : plan.slices()) {
                Sequence sequence = find(slice.sequence());
                int own = slice.start() + slice.tokens().length - slice.drafted();
                for (int at = 0; at < own; at++) {
                    int block = slice.blocks()[at / size];
                    check(
                            contents[block][at % size].token() == sequence.token(at),
                            "another token lies at position",
                            at);
                    check(
                            contents[block][at % size].adapter() == sequence.adapter(),
                            "another adapter read position",
                            at);
                }
            }
        }

        /** Plain, since AssertJ would take most of the time of millions of them. */
        private static void check(boolean holds, String what, int value) {
            if (!holds) {
                throw new AssertionError(what + " " + value);
            }
        }

        private static SamplingParameters parameters(int maxTokens) {
            return new SamplingParameters(maxTokens, 0, 1, 0, 0, List.of(), true);
        }
    }

    /** Arrivals, cancellations, forks and knobs by chance. */
    private static final class RandomRun {
        private static final int CONTEXT = 60;

        private final Random random;
        private final long seed;
        private final World world;
        private final List<Adapter> adapters = new ArrayList<>();
        private int left = 25;

        RandomRun(SchedulingPolicy policy, long seed) {
            this.seed = seed;
            random = new Random(seed);
            int blockSize = 1 + random.nextInt(8);
            int least = (CONTEXT + blockSize - 1) / blockSize;
            var limits =
                    new EngineLimits(
                                    1 + random.nextInt(6),
                                    8 + random.nextInt(40),
                                    blockSize,
                                    least + random.nextInt(2 * least),
                                    CONTEXT)
                            .withAdapters(1 + random.nextInt(3), 1);
            for (int i = 0; i < 5; i++) {
                adapters.add(adapter(i));
            }
            world =
                    new World(
                            limits,
                            knobs(limits, policy, 1 + random.nextInt(16), 1 + random.nextInt(40))
                                    .withSpeculativeTokens(random.nextInt(7)));
        }

        void play() {
            int steps = 0;
            while (left > 0 || !world.open.isEmpty()) {
                if (left > 0 && random.nextInt(3) == 0) {
                    arrive();
                }
                if (!world.open.isEmpty() && random.nextInt(20) == 0) {
                    world.remove(world.open.get(random.nextInt(world.open.size())));
                }
                if (random.nextInt(50) == 0) {
                    change();
                }
                try {
                    world.step();
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
                }
                fork();
                if (++steps > 20_000) {
                    throw new AssertionError("seed " + seed + ": somebody starves");
                }
            }
            assertThat(world.scheduler.isIdle()).isTrue();
            assertThat(world.scheduler.cache().free()).isEqualTo(world.limits.blocks());
        }

        private void arrive() {
            left--;
            int[] prompt = new int[1 + random.nextInt(40)];
            int shared = random.nextInt(prompt.length + 1);
            for (int i = shared; i < prompt.length; i++) {
                prompt[i] = random.nextInt(50);
            }
            int most = 1 + random.nextInt(CONTEXT - prompt.length);
            Sequence leader = world.add(prompt, most, random.nextInt(3), anyAdapter());
            while (left > 0 && random.nextInt(4) == 0) {
                left--;
                world.follow(leader, most);
            }
        }

        private @Nullable Adapter anyAdapter() {
            return random.nextBoolean() ? null : adapters.get(random.nextInt(adapters.size()));
        }

        /** As the engine does when a leader has its first token. */
        private void fork() {
            for (Sequence follower : List.copyOf(world.scheduler.waiting())) {
                for (Sequence leader : List.copyOf(world.scheduler.running())) {
                    // Once only: one that found no place then goes on by itself.
                    if (follower.follows(leader)
                            && follower.cached() < 0
                            && leader.generated() == 1
                            && leader.pending() == 1
                            && world.scheduler.fork(leader, follower)) {
                        follower.append(1 + random.nextInt(3));
                    }
                }
            }
            for (Sequence sequence : List.copyOf(world.open)) {
                if (sequence.generated() >= sequence.parameters().maxTokens()) {
                    world.remove(sequence);
                }
            }
        }

        private void change() {
            int sequences = 1 + random.nextInt(6);
            EngineKnobs now = world.knobs;
            world.knobs =
                    new EngineKnobs(
                            sequences,
                            sequences + random.nextInt(40),
                            now.policy(),
                            random.nextInt(4) > 0,
                            0,
                            100,
                            now.quantum(),
                            now.starvationSteps(),
                            random.nextInt(7));
            world.scheduler.change(world.knobs);
        }
    }
}
