package dev.keelson.runtime.knobs;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A knob of the engine. Values are numbers; those of a choice are places in its {@link #choices()}.
 */
public enum Knob {
    MAX_NUM_SEQS(1, Knob.MANY, true, "sequences in one batch"),
    MAX_NUM_BATCHED_TOKENS(1, Knob.MANY, true, "tokens of one step"),
    SCHEDULING_POLICY("fcfs,priority,mlfq", "who runs first"),
    ENABLE_PREFIX_CACHING("false,true", "prompts find what lies in the cache already"),
    MIN_STEP_MS(0, Knob.MANY, true, "least milliseconds of a step; 0: not paced"),
    START_DELAY_MS(0, Knob.MANY, false, "milliseconds added to the start; 0: not paced"),
    MAX_WAITING(1, Knob.MANY, true, "requests that may wait; the next one is refused"),
    MLFQ_QUANTUM(1, Knob.MANY, true, "mlfq: tokens to read in the best level"),
    MLFQ_STARVATION_STEPS(
            1, Knob.MANY, true, "mlfq: steps without service before the best level again"),
    NUM_SPECULATIVE_TOKENS(
            0, 64, true, "tokens that are guessed of a sequence in one step; 0: none"),
    BLOCK_SIZE(1, Knob.MANY, false, "tokens in a block of the cache"),
    NUM_BLOCKS(1, Knob.MANY, false, "blocks of the cache"),
    KV_CACHE_PERCENT(
            0, 100, false, "size of the cache in percent of max_num_seqs full contexts; 0: unset"),
    MAX_MODEL_LEN(2, Knob.MANY, false, "longest prompt plus output"),
    MAX_LORAS(0, 1024, false, "different adapters in one batch; 0: none are served"),
    MAX_LORA_RANK(1, 512, false, "largest rank of an adapter"),
    MAX_CPU_LORAS(0, Knob.MANY, false, "adapters in memory, at least max_loras"),
    HEALTH_STALL_MS(
            100, Knob.MANY, false, "milliseconds without a step before the engine is unhealthy"),
    THREADS(1, 64, false, "threads that compute a step"),
    SEED(Long.MIN_VALUE, Long.MAX_VALUE, false, "of sampling where a request names none");

    private static final long MANY = 1L << 24;

    private final long least;
    private final long most;
    private final boolean live;
    private final String meaning;
    private final String choices; // in the order of their values; empty for a number

    Knob(long least, long most, boolean live, String meaning) {
        this.least = least;
        this.most = most;
        this.live = live;
        this.meaning = meaning;
        choices = "";
    }

    Knob(String choices, String meaning) {
        this.choices = choices;
        this.meaning = meaning;
        live = true;
        least = 0;
        most = choices.chars().filter(c -> c == ',').count();
    }

    /** Its name on the command line and in manifests. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it may change while the engine serves. */
    public boolean isLive() {
        return live;
    }

    /** What it does, in a few words. */
    public String meaning() {
        return meaning;
    }

    /** Values that it may have, where these are words; else none. */
    public List<String> choices() {
        return choices.isEmpty() ? List.of() : List.of(choices.split(",", -1));
    }

    /** Its range as a person reads it. */
    public String range() {
        if (!choices.isEmpty()) {
            return String.join(", ", choices());
        }
        return most == Long.MAX_VALUE ? "64 bits" : least + " to " + most;
    }

    /** A value as it is written. */
    public String text(long value) {
        return choices.isEmpty() ? Long.toString(value) : choices().get((int) value);
    }

    /**
     * A value from its text.
     *
     * @throws IllegalArgumentException naming the knob and its range
     */
    public long parse(String text) {
        if (!choices.isEmpty()) {
            int place = choices().indexOf(text);
            if (place < 0) {
                throw new IllegalArgumentException(
                        "knob " + wire() + " must be one of " + range() + ", not " + text);
            }
            return place;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "knob " + wire() + " must be an integer, not " + text, e);
        }
        throw new IllegalArgumentException(
                "knob " + wire() + " must be " + range() + ", not " + text);
    }

    /** The knob of that name. */
    public static Optional<Knob> of(String name) {
        return Arrays.stream(values()).filter(knob -> knob.wire().equals(name)).findFirst();
    }

    /** All names, for a message. */
    public static String names() {
        return Arrays.stream(values()).map(Knob::wire).sorted().collect(Collectors.joining(", "));
    }
}
