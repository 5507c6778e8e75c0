package dev.keelson.runtime.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The serving loop, stepped by its owner: takes requests in, plans, runs the decoder, samples,
 * hands tokens out. Any thread may submit, cancel and change knobs; one thread steps.
 */
public final class Engine implements AutoCloseable {
    /** One answer that is wanted, and where it goes. */
    public record Choice(SamplingParameters parameters, TokenSink sink) {}

    private final EngineLimits limits;
    private final DraftModel drafts;
    private final Scheduler scheduler;
    private final Answers answers;
    private final TokenText text;
    private final LongSupplier nanos;
    private final LongConsumer park;
    private final Inbox inbox = new Inbox();

    // The engine's thread only.
    private Decoder decoder;
    private boolean asleep;
    private long steps;
    private long modelNanos;
    private long stepNanos;

    // Under the inbox's lock.
    private long nextId = 1;
    private int arriving;

    private volatile EngineKnobs knobs;
    private volatile EngineLoad load;
    private volatile long progressed;
    private volatile @Nullable String failure;

    /**
     * @param decoder closed by {@link #release}
     * @param text bytes of each token, for stop texts
     * @param endTokens tokens that end an answer; Llama 3 has three
     * @param nanos monotonic time
     * @param park waits for at most so many nanoseconds
     */
    public Engine(
            Decoder decoder,
            EngineLimits limits,
            EngineKnobs knobs,
            TokenText text,
            Set<Integer> endTokens,
            LongSupplier nanos,
            LongConsumer park,
            EngineListener listener) {
        this.decoder = decoder;
        this.limits = limits;
        this.knobs = knobs;
        this.text = text;
        this.nanos = nanos;
        this.park = park;
        drafts = new DraftModel(limits);
        scheduler = new Scheduler(limits, knobs, this::guess);
        answers = new Answers(scheduler, endTokens, listener, nanos);
        progressed = nanos.getAsLong();
        load = view();
    }

    /** The sizes that this engine was started with. */
    public EngineLimits limits() {
        return limits;
    }

    /** What may be changed, as it is now. */
    public EngineKnobs knobs() {
        return knobs;
    }

    /** Goes on with other knobs from the next step. */
    public void change(EngineKnobs to) {
        knobs = to;
        inbox.add(() -> scheduler.change(to), () -> {});
    }

    /** What runs now. */
    public EngineLoad load() {
        return load;
    }

    /** Why the last step failed, or null if it did not. */
    public @Nullable String failure() {
        return failure;
    }

    /** Nanoseconds since a step ended while there is work; 0 if there is none. */
    public long stalledNanos() {
        return load.isIdle() ? 0 : Math.max(0, nanos.getAsLong() - progressed);
    }

    /**
     * Takes a request for one plain answer in.
     *
     * @param prompt at least one token; prompt and answer fit the limits
     * @return a number to cancel it by
     */
    public long submit(int[] prompt, SamplingParameters parameters, TokenSink sink) {
        return submit(new EngineRequest(prompt), List.of(new Choice(parameters, sink))).getFirst();
    }

    /**
     * Takes a request in. Its prompt is read once for all choices. Where its answer began elsewhere
     * the tokens that follow are those of an answer that was never interrupted: limits, stop texts
     * and randomness count from its true beginning.
     *
     * @param choices at least one; prompt and answer fit the limits
     * @return a number for each choice to cancel it by
     */
    public List<Long> submit(EngineRequest request, List<Choice> choices) {
        for (Choice choice : choices) {
            int most = request.prompt().length + choice.parameters().maxTokens();
            if (request.prompt().length < 1 || most > limits.maxModelTokens()) {
                throw new IllegalArgumentException("prompt and answer do not fit the context");
            }
        }
        if (request.adapter() != null && limits.adapterSlots() == 0) {
            throw new IllegalArgumentException("max_loras is 0: no adapter is served");
        }
        List<Job> jobs = new ArrayList<>();
        long now = nanos.getAsLong();
        inbox.add(() -> enter(jobs), () -> announce(request, choices, now, jobs));
        return jobs.stream().map(job -> job.sequence.id()).toList();
    }

    /** Ends an answer before the next step; one that ended already is left alone. */
    public void cancel(long id) {
        inbox.offer(() -> answers.cancel(id));
    }

    /** Ends every answer before the next step, for want of time. */
    public void endAll() {
        inbox.offer(() -> answers.endAll(FinishReason.DRAINED));
    }

    /**
     * Lets the model and its cache go if nothing runs or waits.
     *
     * @return whether it sleeps now; by then {@link #load} says so too
     */
    public CompletableFuture<Boolean> sleep() {
        var slept = new CompletableFuture<Boolean>();
        inbox.add(
                () -> {
                    if (!asleep && scheduler.isIdle()) {
                        scheduler.forgetMemory();
                        decoder.close();
                        asleep = true;
                        load = view();
                    }
                    slept.complete(asleep);
                },
                () -> {});
        return slept;
    }

    /**
     * Takes a model in again.
     *
     * @param model makes it, on the engine's thread; what it throws comes out of the future, and
     *     the engine sleeps on
     */
    public CompletableFuture<Void> wake(Supplier<Decoder> model) {
        var awake = new CompletableFuture<Void>();
        inbox.add(
                () -> {
                    try {
                        if (asleep) {
                            decoder = model.get();
                            asleep = false;
                            load = view();
                        }
                        awake.complete(null);
                    } catch (RuntimeException e) {
                        awake.completeExceptionally(e);
                    }
                },
                () -> {});
        return awake;
    }

    /**
     * Runs one step.
     *
     * @return whether there was anything to do
     */
    public boolean step() {
        long started = nanos.getAsLong();
        inbox.run(() -> load = view());
        answers.expire(started);
        if (scheduler.isIdle()) {
            drafts.keep(List.of());
            inbox.publish(() -> load = view());
            return false;
        }
        long drafted;
        try {
            drafted = draft();
        } catch (RuntimeException e) {
            fail(e);
            return true;
        }
        StepPlan plan = scheduler.plan();
        if (plan.slices().isEmpty()) {
            throw new IllegalStateException("nothing could be planned though sequences wait");
        }
        steps++;
        float[][] logits;
        long called = nanos.getAsLong();
        try {
            logits = decoder.step(plan);
        } catch (RuntimeException e) {
            fail(e);
            return true;
        }
        long answered = nanos.getAsLong();
        pace(started);
        long paced = nanos.getAsLong();
        answers.deliver(plan, logits);
        drafts.keep(scheduler.running());
        failure = null;
        modelNanos += drafted + answered - called;
        progressed = nanos.getAsLong();
        stepNanos += progressed - paced + answered - started;
        inbox.publish(() -> load = view());
        return true;
    }

    /** Waits until there is something to do; false once the engine is closed. */
    public boolean awaitWork() throws InterruptedException {
        return inbox.await(() -> !scheduler.isIdle());
    }

    /** Waits until nothing runs and nothing waits. */
    public void awaitQuiet() throws InterruptedException {
        inbox.awaitQuiet(() -> load.isIdle());
    }

    /** Lets {@link #awaitWork()} return false. */
    @Override
    public void close() {
        inbox.close();
    }

    /** Closes the decoder; called on the engine's thread after the last step. */
    public void release() {
        if (!asleep) {
            decoder.close();
        }
    }

    /** Lets the draft model guess, if there is one; nanoseconds that it took. */
    private long draft() {
        Decoder small = decoder.draft();
        if (small == null) {
            return 0;
        }
        long from = nanos.getAsLong();
        drafts.prepare(small, scheduler.running(), knobs);
        return nanos.getAsLong() - from;
    }

    private int[] guess(Sequence sequence, int most) {
        return decoder.draft() == null
                ? PromptLookup.draft(sequence, most)
                : drafts.guess(sequence, most);
    }

    private void announce(EngineRequest request, List<Choice> choices, long now, List<Job> jobs) {
        int place = load.waiting();
        for (Choice choice : choices) {
            Sequence leader = jobs.isEmpty() ? null : jobs.getFirst().sequence;
            jobs.add(
                    new Job(
                            new Sequence(nextId++, request, choice.parameters(), leader),
                            request,
                            choice.sink(),
                            new StopTexts(choice.parameters().stop(), text),
                            now,
                            place));
        }
        jobs.getFirst().followers.addAll(jobs.subList(1, jobs.size()));
        arriving += jobs.size();
        if (load.isIdle()) {
            progressed = now;
        }
        load = load.withMoreWaiting(jobs.size());
    }

    private void enter(List<Job> jobs) {
        arriving -= jobs.size();
        for (Job job : jobs) {
            answers.enter(job, asleep);
        }
    }

    private void pace(long started) {
        long least = knobs.minimumStepNanos();
        for (long rest = least - (nanos.getAsLong() - started);
                rest > 0;
                rest = least - (nanos.getAsLong() - started)) {
            park.accept(rest);
        }
    }

    /** A step that throws ends every sequence: the cache can no longer be trusted. */
    private void fail(RuntimeException e) {
        failure = String.valueOf(e.getMessage());
        answers.endAll(FinishReason.ERROR);
        drafts.keep(List.of());
        scheduler.forgetMemory();
        progressed = nanos.getAsLong();
        inbox.publish(() -> load = view());
    }

    private EngineLoad view() {
        return new EngineLoad(
                scheduler.running().size(),
                scheduler.waiting().size() + arriving,
                scheduler.cache().free(),
                scheduler.cache().used(),
                scheduler.cache().total(),
                scheduler.preemptions(),
                steps,
                scheduler.queriedTokens(),
                scheduler.foundTokens(),
                modelNanos,
                stepNanos,
                answers.expectedWait(scheduler.waiting().size() + arriving),
                asleep,
                answers.speculation(),
                drafts.cache().used(),
                adapters(scheduler.running()),
                adapters(scheduler.waiting()));
    }

    private static List<String> adapters(List<Sequence> sequences) {
        var names = new TreeSet<String>();
        for (Sequence sequence : sequences) {
            Adapter adapter = sequence.adapter();
            if (adapter != null) {
                names.add(adapter.name());
            }
        }
        return List.copyOf(names);
    }
}
