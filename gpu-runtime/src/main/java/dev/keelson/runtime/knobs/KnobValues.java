package dev.keelson.runtime.knobs;

import dev.keelson.runtime.engine.EngineKnobs;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.SchedulingPolicy;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A value for each knob, in the knobs' order. */
public record KnobValues(Map<Knob, Long> values) {
    private static final long DEFAULT_CPU_LORAS = 32;
    private static final long DEFAULT_HEALTH_STALL_MS = 30_000;

    public KnobValues {
        values = Collections.unmodifiableMap(new EnumMap<>(values));
    }

    /**
     * What was given, and defaults for the rest.
     *
     * @param context longest sequence that the model can read
     * @throws IllegalArgumentException if two of them size the cache
     */
    public static KnobValues of(Map<Knob, Long> given, int context) {
        Map<Knob, Long> all = new EnumMap<>(Knob.class);
        all.put(Knob.MAX_NUM_SEQS, 8L);
        all.put(Knob.SCHEDULING_POLICY, Knob.SCHEDULING_POLICY.parse("fcfs"));
        all.put(Knob.ENABLE_PREFIX_CACHING, 1L);
        all.put(Knob.MIN_STEP_MS, 0L);
        all.put(Knob.START_DELAY_MS, 0L);
        all.put(Knob.MAX_WAITING, (long) EngineKnobs.DEFAULT_MAX_WAITING);
        all.put(Knob.MLFQ_QUANTUM, (long) EngineKnobs.DEFAULT_QUANTUM);
        all.put(Knob.MLFQ_STARVATION_STEPS, (long) EngineKnobs.DEFAULT_STARVATION_STEPS);
        all.put(Knob.NUM_SPECULATIVE_TOKENS, 0L);
        all.put(Knob.BLOCK_SIZE, 16L);
        all.put(Knob.KV_CACHE_PERCENT, 0L);
        all.put(Knob.MAX_MODEL_LEN, 2048L);
        all.put(Knob.MAX_LORAS, (long) EngineLimits.DEFAULT_ADAPTER_SLOTS);
        all.put(Knob.MAX_LORA_RANK, (long) EngineLimits.DEFAULT_ADAPTER_RANK);
        all.put(Knob.HEALTH_STALL_MS, DEFAULT_HEALTH_STALL_MS);
        all.put(Knob.THREADS, Long.getLong("ai.djl.pytorch.num_threads", 1L));
        all.put(Knob.SEED, 0L);
        all.putAll(given);
        all.merge(Knob.MAX_MODEL_LEN, (long) context, Math::min);
        var values = new KnobValues(all);
        long block = values.get(Knob.BLOCK_SIZE);
        long oneSequence = (values.get(Knob.MAX_MODEL_LEN) + block - 1) / block;
        long blocks = blocks(given, values, oneSequence);
        all.putIfAbsent(Knob.NUM_BLOCKS, blocks);
        all.putIfAbsent(Knob.MAX_NUM_BATCHED_TOKENS, Math.max(256, values.get(Knob.MAX_NUM_SEQS)));
        all.putIfAbsent(
                Knob.MAX_CPU_LORAS, Math.max(DEFAULT_CPU_LORAS, values.get(Knob.MAX_LORAS)));
        return new KnobValues(all);
    }

    /** Four full contexts by default: most requests are far shorter, the rest is preempted. */
    private static long blocks(Map<Knob, Long> given, KnobValues values, long oneSequence) {
        long percent = values.get(Knob.KV_CACHE_PERCENT);
        if (percent == 0) {
            return 4 * oneSequence;
        }
        if (given.containsKey(Knob.NUM_BLOCKS)) {
            throw new IllegalArgumentException(
                    "knobs kv_cache_percent and num_blocks both size the cache; give one of them");
        }
        long all = Math.multiplyExact(values.get(Knob.MAX_NUM_SEQS), oneSequence);
        return Math.max(oneSequence, Math.ceilDiv(Math.multiplyExact(percent, all), 100));
    }

    /** One knob's value. */
    public long get(Knob knob) {
        Long value = values.get(knob);
        if (value == null) {
            throw new IllegalStateException(knob.wire() + " has no value");
        }
        return value;
    }

    /** Whether steps take a minimum time, or the start an extra one. */
    public boolean isPaced() {
        return get(Knob.MIN_STEP_MS) > 0 || get(Knob.START_DELAY_MS) > 0;
    }

    /** The same with some others. */
    public KnobValues with(Map<Knob, Long> others) {
        Map<Knob, Long> all = new EnumMap<>(values);
        all.putAll(others);
        return new KnobValues(all);
    }

    /**
     * What cannot change.
     *
     * @throws IllegalArgumentException if the values do not fit together
     */
    public EngineLimits limits() {
        return new EngineLimits(
                (int) get(Knob.MAX_NUM_SEQS),
                (int) get(Knob.MAX_NUM_BATCHED_TOKENS),
                (int) get(Knob.BLOCK_SIZE),
                (int) get(Knob.NUM_BLOCKS),
                (int) get(Knob.MAX_MODEL_LEN),
                (int) get(Knob.MAX_LORAS),
                (int) get(Knob.MAX_LORA_RANK));
    }

    /**
     * Adapters in memory at most; 0 if none are served.
     *
     * @throws IllegalArgumentException if a batch may need more
     */
    public int adaptersInMemory() {
        if (get(Knob.MAX_CPU_LORAS) < get(Knob.MAX_LORAS)) {
            throw new IllegalArgumentException(
                    "max_cpu_loras must be at least max_loras, "
                            + get(Knob.MAX_LORAS)
                            + ", not "
                            + get(Knob.MAX_CPU_LORAS));
        }
        return get(Knob.MAX_LORAS) == 0 ? 0 : (int) get(Knob.MAX_CPU_LORAS);
    }

    /**
     * What can.
     *
     * @throws IllegalArgumentException if the values do not fit together
     */
    public EngineKnobs live() {
        return new EngineKnobs(
                (int) get(Knob.MAX_NUM_SEQS),
                (int) get(Knob.MAX_NUM_BATCHED_TOKENS),
                policy(),
                get(Knob.ENABLE_PREFIX_CACHING) == 1,
                TimeUnit.MILLISECONDS.toNanos(get(Knob.MIN_STEP_MS)),
                (int) get(Knob.MAX_WAITING),
                (int) get(Knob.MLFQ_QUANTUM),
                (int) get(Knob.MLFQ_STARVATION_STEPS),
                (int) get(Knob.NUM_SPECULATIVE_TOKENS));
    }

    private SchedulingPolicy policy() {
        String name = Knob.SCHEDULING_POLICY.text(get(Knob.SCHEDULING_POLICY));
        return SchedulingPolicy.valueOf(name.toUpperCase(Locale.ROOT));
    }
}
