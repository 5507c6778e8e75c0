package dev.keelson.runtime.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The answers in progress: chooses their tokens, knows when they end, tells their clients. The
 * engine's thread only.
 */
final class Answers {
    private final Scheduler scheduler;
    private final Set<Integer> endTokens;
    private final EngineListener listener;
    private final LongSupplier nanos;
    private final Map<Long, Job> jobs = new HashMap<>();
    private final Sampler sampler = new Sampler();
    private final WaitEstimate wait = new WaitEstimate();

    private Speculation speculation = Speculation.NONE;

    Answers(
            Scheduler scheduler,
            Set<Integer> endTokens,
            EngineListener listener,
            LongSupplier nanos) {
        this.scheduler = scheduler;
        this.endTokens = Set.copyOf(endTokens);
        this.listener = listener;
        this.nanos = nanos;
    }

    /** Expected nanoseconds to the first token behind {@code place} others. */
    long expectedWait(int place) {
        return wait.nanos(place);
    }

    Speculation speculation() {
        return speculation;
    }

    void enter(Job job, boolean asleep) {
        jobs.put(job.sequence.id(), job);
        FinishReason over = asleep ? FinishReason.ERROR : replay(job);
        if (over == null) {
            scheduler.add(job.sequence);
        } else {
            end(job, over);
            job.sink.ended(over);
        }
    }

    void cancel(long id) {
        Job job = jobs.get(id);
        if (job != null) {
            end(job, FinishReason.ABORT);
            job.sink.ended(FinishReason.ABORT);
        }
    }

    /** Ends those that still wait and whose first token would come too late. */
    void expire(long now) {
        for (Sequence sequence : List.copyOf(scheduler.waiting())) {
            Job job = jobs.get(sequence.id());
            if (job != null && job.isTooLate(now)) {
                end(job, FinishReason.EXPIRED);
                job.sink.ended(FinishReason.EXPIRED);
            }
        }
    }

    void endAll(FinishReason reason) {
        for (Job job : List.copyOf(jobs.values())) {
            end(job, reason);
            job.sink.ended(reason);
        }
    }

    void deliver(StepPlan plan, float[][] logits) {
        long now = nanos.getAsLong();
        int row = 0;
        for (StepPlan.Slice slice : plan.slices()) {
            Job job = jobs.get(slice.sequence());
            if (job == null) {
                throw new IllegalStateException("a step for a sequence that is gone");
            }
            int news = scheduler.advance(job.sequence, slice.tokens().length - slice.drafted());
            if (news > 0) {
                listener.promptTokens(news);
            }
            if (slice.drafted() > 0) {
                verify(job, slice, logits, row, now);
            } else if (slice.sample()) {
                sample(job, logits[row], now);
            }
            row += slice.sampled();
        }
    }

    /**
     * Chooses token after token as if each had a step of its own, up to the first that was not
     * guessed. Chance depends on seed and position alone, so sampled answers are the same too.
     *
     * @param row of the logits after the last token before the guesses
     */
    private void verify(Job job, StepPlan.Slice slice, float[][] logits, int row, long now) {
        int accepted = 0;
        boolean guessed = true;
        for (int i = 0; guessed && jobs.containsKey(job.sequence.id()); i++) {
            choose(job, logits[row + i], now);
            int guess = slice.tokens().length - slice.drafted() + i;
            guessed =
                    i < slice.drafted()
                            && job.sequence.token(job.sequence.size() - 1) == slice.tokens()[guess];
            if (guessed) {
                accepted++;
                if (jobs.containsKey(job.sequence.id())) {
                    scheduler.advance(job.sequence, 1);
                }
            }
        }
        speculation = speculation.plus(slice.drafted(), accepted);
        scheduler.settle(job.sequence);
    }

    private void sample(Job job, float[] logits, long now) {
        List<Job> forked = new ArrayList<>();
        if (job.sequence.generatedHere() == 0) {
            for (Job follower : job.followers) {
                if (jobs.containsKey(follower.sequence.id())
                        && scheduler.fork(job.sequence, follower.sequence)) {
                    forked.add(follower);
                }
            }
        }
        for (Job follower : forked) {
            choose(follower, logits.clone(), now); // choosing changes them
        }
        choose(job, logits, now);
    }

    private void choose(Job job, float[] logits, long now) {
        Sequence sequence = job.sequence;
        SamplingParameters p = sequence.parameters();
        Logprobs.Distribution given =
                p.topLogprobs() < 0 ? null : Logprobs.of(logits, p.topLogprobs());
        int token;
        try {
            p.penalties().apply(logits, sequence);
            Set<Integer> banned = p.ignoreEnd() ? endTokens : Set.of();
            token = sampler.choose(logits, p, banned, sequence.size());
        } catch (ArithmeticException e) {
            end(job, FinishReason.ERROR);
            job.sink.ended(FinishReason.ERROR);
            return;
        }
        sequence.append(token);
        if (sequence.generatedHere() == 1) {
            wait.firstToken(job.place, now - job.submitted);
            listener.firstToken(now - job.submitted);
            job.sink.started(Math.max(0, sequence.cached()));
        } else {
            listener.nextToken(now - job.lastToken);
        }
        job.lastToken = now;
        FinishReason reason = ending(job, token, sequence.generated());
        if (reason != null) {
            end(job, reason);
        }
        job.sink.token(new Token(token, reason, given == null ? null : given.of(token)));
    }

    /** Why the answer so far is already the whole answer, or null. */
    private @Nullable FinishReason replay(Job job) {
        int[] said = job.request.answer();
        FinishReason over = null;
        for (int i = 0; i < said.length && over == null; i++) {
            over = ending(job, said[i], i + 1);
        }
        return over;
    }

    private @Nullable FinishReason ending(Job job, int token, int generated) {
        SamplingParameters p = job.sequence.parameters();
        if ((endTokens.contains(token) && !p.ignoreEnd()) || job.stop.add(token)) {
            return FinishReason.STOP;
        }
        return generated >= p.maxTokens() ? FinishReason.LENGTH : null;
    }

    private void end(Job job, FinishReason reason) {
        jobs.remove(job.sequence.id());
        scheduler.remove(job.sequence);
        listener.finished(reason, nanos.getAsLong() - job.submitted);
    }
}
