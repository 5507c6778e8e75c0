package dev.keelson.runtime.engine;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The serving loop, stepped by its owner: takes requests in, plans, runs the decoder, samples,
 * hands tokens out. Any thread may submit and cancel; one thread steps.
 */
public final class Engine implements AutoCloseable {
    private static final class Job {
        final Sequence sequence;
        final StopTexts stop;
        final long submitted;
        final int[] resumed;
        long lastToken;

        Job(Sequence sequence, StopTexts stop, long submitted, int[] resumed) {
            this.sequence = sequence;
            this.stop = stop;
            this.submitted = submitted;
            this.resumed = resumed;
        }
    }

    private final Decoder decoder;
    private final EngineLimits limits;
    private final Scheduler scheduler;
    private final TokenText text;
    private final Set<Integer> endTokens;
    private final long minimumStepNanos;
    private final LongSupplier nanos;
    private final LongConsumer park;
    private final EngineListener listener;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition quiet = lock.newCondition();
    private final Queue<Job> submitted = new ArrayDeque<>();
    private final Queue<Long> cancelled = new ArrayDeque<>();
    private final Map<Long, Job> jobs = new HashMap<>();
    private long nextId = 1;
    private long steps;
    private boolean closed;
    private volatile EngineLoad load;
    private volatile @Nullable String failure;

    /**
     * @param text bytes of each token, for stop texts
     * @param endTokens tokens that end an answer; Llama 3 has three
     * @param minimumStepNanos least time of a step; 0 is not paced
     * @param nanos monotonic time
     * @param park waits for at most so many nanoseconds
     */
    public Engine(
            Decoder decoder,
            EngineLimits limits,
            TokenText text,
            Set<Integer> endTokens,
            long minimumStepNanos,
            LongSupplier nanos,
            LongConsumer park,
            EngineListener listener) {
        this.decoder = decoder;
        this.limits = limits;
        this.scheduler = new Scheduler(limits);
        this.text = text;
        this.endTokens = Set.copyOf(endTokens);
        this.minimumStepNanos = minimumStepNanos;
        this.nanos = nanos;
        this.park = park;
        this.listener = listener;
        this.load = new EngineLoad(0, 0, limits.blocks(), limits.blocks(), 0, 0);
    }

    /** The sizes that this engine keeps to. */
    public EngineLimits limits() {
        return limits;
    }

    /** What runs now. */
    public EngineLoad load() {
        return load;
    }

    /** Why the last step failed, or null if it did not. */
    public @Nullable String failure() {
        return failure;
    }

    /**
     * Takes a request in.
     *
     * @param prompt at least one token; prompt and answer fit the limits
     * @return a number to cancel it by
     */
    public long submit(int[] prompt, SamplingParameters parameters, TokenSink sink) {
        return submit(prompt, new int[0], parameters, sink);
    }

    /**
     * Takes a request in whose answer began elsewhere. The tokens that follow are those of an
     * answer that was never interrupted: limits, stop texts and randomness count from its true
     * beginning.
     *
     * @param prompt at least one token; prompt and answer fit the limits
     * @param answer tokens of the answer so far; they are not given to the sink again
     * @return a number to cancel it by
     */
    public long submit(int[] prompt, int[] answer, SamplingParameters parameters, TokenSink sink) {
        if (prompt.length < 1 || prompt.length + parameters.maxTokens() > limits.maxModelTokens()) {
            throw new IllegalArgumentException("prompt and answer do not fit the context");
        }
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the engine is closed");
            }
            long id = nextId++;
            submitted.add(
                    new Job(
                            new Sequence(id, prompt, answer, parameters, sink),
                            new StopTexts(parameters.stop(), text),
                            nanos.getAsLong(),
                            answer));
            publish();
            work.signalAll();
            return id;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a request before the next step; one that ended already is left alone. */
    public void cancel(long id) {
        lock.lock();
        try {
            cancelled.add(id);
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs one step.
     *
     * @return whether there was anything to do
     */
    public boolean step() {
        long started = nanos.getAsLong();
        takeIn();
        if (scheduler.isIdle()) {
            return false;
        }
        StepPlan plan = scheduler.plan();
        if (plan.slices().isEmpty()) {
            throw new IllegalStateException("nothing could be planned though sequences wait");
        }
        steps++;
        float[][] logits;
        try {
            logits = decoder.step(plan);
        } catch (RuntimeException e) {
            fail(e);
            return true;
        }
        long rest = minimumStepNanos - (nanos.getAsLong() - started);
        while (rest > 0) {
            park.accept(rest);
            rest = minimumStepNanos - (nanos.getAsLong() - started);
        }
        deliver(plan, logits);
        failure = null;
        publishSafely();
        return true;
    }

    /** Waits until a request or a cancellation comes; false once the engine is closed. */
    public boolean awaitWork() throws InterruptedException {
        lock.lock();
        try {
            while (!closed && submitted.isEmpty() && cancelled.isEmpty() && scheduler.isIdle()) {
                quiet.signalAll();
                work.await();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing runs and nothing waits. */
    public void awaitQuiet() throws InterruptedException {
        lock.lock();
        try {
            while (!closed && !load.isIdle()) {
                quiet.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets {@link #awaitWork()} return false. The decoder is closed by its owner after the last
     * step.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.signalAll();
            quiet.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void takeIn() {
        lock.lock();
        try {
            for (Job job = submitted.poll(); job != null; job = submitted.poll()) {
                jobs.put(job.sequence.id(), job);
                FinishReason over = replay(job);
                if (over == null) {
                    scheduler.add(job.sequence);
                } else {
                    end(job, over);
                    job.sequence.sink().ended(over);
                }
            }
            for (Long id = cancelled.poll(); id != null; id = cancelled.poll()) {
                Job job = jobs.get(id);
                if (job != null) {
                    end(job, FinishReason.ABORT);
                    job.sequence.sink().ended(FinishReason.ABORT);
                }
            }
            publish();
        } finally {
            lock.unlock();
        }
    }

    /** Why the answer so far is already the whole answer, or null. */
    private @Nullable FinishReason replay(Job job) {
        SamplingParameters p = job.sequence.parameters();
        FinishReason over = null;
        for (int i = 0; i < job.resumed.length && over == null; i++) {
            over = ending(job, job.resumed[i], i + 1, p);
        }
        return over;
    }

    private @Nullable FinishReason ending(Job job, int token, int generated, SamplingParameters p) {
        if ((endTokens.contains(token) && !p.ignoreEnd()) || job.stop.add(token)) {
            return FinishReason.STOP;
        }
        return generated >= p.maxTokens() ? FinishReason.LENGTH : null;
    }

    private void deliver(StepPlan plan, float[][] logits) {
        long now = nanos.getAsLong();
        int row = 0;
        for (StepPlan.Slice slice : plan.slices()) {
            Job job = jobs.get(slice.sequence());
            if (job == null) {
                throw new IllegalStateException("a step for a sequence that is gone");
            }
            Sequence sequence = job.sequence;
            sequence.advance(slice.tokens().length);
            if (sequence.generatedHere() == 0) {
                listener.promptTokens(slice.tokens().length);
            }
            if (slice.sample()) {
                sample(job, logits[row++], now);
            }
        }
    }

    private void sample(Job job, float[] logits, long now) {
        Sequence sequence = job.sequence;
        SamplingParameters p = sequence.parameters();
        int token;
        try {
            p.penalties().apply(logits, sequence);
            token =
                    Sampler.choose(
                            logits, p, p.ignoreEnd() ? endTokens : Set.of(), sequence.size());
        } catch (ArithmeticException e) {
            end(job, FinishReason.ERROR);
            sequence.sink().ended(FinishReason.ERROR);
            return;
        }
        sequence.append(token);
        if (sequence.generatedHere() == 1) {
            listener.firstToken(now - job.submitted);
        } else {
            listener.nextToken(now - job.lastToken);
        }
        job.lastToken = now;
        FinishReason reason = ending(job, token, sequence.generated(), p);
        if (reason != null) {
            end(job, reason);
        }
        sequence.sink().token(token, reason);
    }

    private void end(Job job, FinishReason reason) {
        jobs.remove(job.sequence.id());
        scheduler.remove(job.sequence);
        listener.finished(reason, nanos.getAsLong() - job.submitted);
    }

    /** A step that throws ends every sequence in it: their cache can no longer be trusted. */
    private void fail(RuntimeException e) {
        failure = String.valueOf(e.getMessage());
        scheduler.forEach(sequence -> {
            Job job = jobs.get(sequence.id());
            if (job != null) {
                end(job, FinishReason.ERROR);
                sequence.sink().ended(FinishReason.ERROR);
            }
        });
        publishSafely();
    }

    private void publishSafely() {
        lock.lock();
        try {
            publish();
        } finally {
            lock.unlock();
        }
    }

    private void publish() {
        load =
                new EngineLoad(
                        scheduler.running().size(),
                        scheduler.waitingCount() + submitted.size(),
                        scheduler.freeBlocks(),
                        scheduler.totalBlocks(),
                        scheduler.preemptions(),
                        steps);
        if (load.isIdle()) {
            quiet.signalAll();
        }
    }
}
