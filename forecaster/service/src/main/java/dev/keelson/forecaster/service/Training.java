package dev.keelson.forecaster.service;

import dev.keelson.forecaster.learned.network.TrainingSeries;
import dev.keelson.forecaster.learned.registry.ModelRegistry;
import dev.keelson.forecaster.learned.registry.RefusedModelException;
import dev.keelson.forecaster.learned.registry.StoredModel;
import dev.keelson.forecaster.learned.train.TrainingJob;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains in the background, one process at a time, and looks after the registry. Not thread-safe:
 * stepped by the process's loop, and never waits.
 */
final class Training {
    private static final Logger LOG = LoggerFactory.getLogger(Training.class);
    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final int LONGEST_CONTEXT = 72;
    private static final int LONGEST_HORIZON = 30;

    private final ForecasterConfig config;
    private final ModelRegistry registry;
    private final TrainerLaunch launch;
    private @Nullable Process running;
    private Instant killAt = Instant.MAX;
    private Instant next = Instant.MIN;
    private int count;
    private int failed;

    Training(ForecasterConfig config, ModelRegistry registry, TrainerLaunch launch) {
        this.config = config;
        this.registry = registry;
        this.launch = launch;
    }

    /** The retained models, newest last; what is refused is told and left alone. */
    List<StoredModel> models() throws IOException {
        ModelRegistry.Shelf shelf = registry.all();
        for (RefusedModelException refused : shelf.refused()) {
            LOG.warn("{}", refused.getMessage());
        }
        return shelf.models();
    }

    int trainings() {
        return count;
    }

    int failures() {
        return failed;
    }

    boolean isRunning() {
        return running != null;
    }

    /**
     * One look.
     *
     * @param soon whether drift asks for a training before its time
     * @return true when the registry holds a new model
     */
    boolean tick(Instant now, boolean soon, SortedMap<String, DemandHistory> histories)
            throws IOException {
        Process process = running;
        if (process != null) {
            return collect(process, now);
        }
        if (!config.training().enabled()) {
            return false;
        }
        // Drift may come soon after a training: a third of the usual time lies between two.
        Instant due =
                soon ? next.minus(config.training().every().multipliedBy(2).dividedBy(3)) : next;
        if (!now.isBefore(due)) {
            TrainingJob job = job(now, histories);
            if (job != null) {
                start(job, now);
            }
        }
        return false;
    }

    private boolean collect(Process process, Instant now) {
        if (process.isAlive()) {
            if (now.isAfter(killAt)) {
                LOG.warn("the training took longer than its budget and was ended");
                process.destroyForcibly();
            }
            return false;
        }
        running = null;
        if (process.exitValue() == 0) {
            count++;
            return true;
        }
        failed++;
        LOG.warn("a training ended with {}; what was learned before stays", process.exitValue());
        return false;
    }

    private @Nullable TrainingJob job(Instant now, SortedMap<String, DemandHistory> histories) {
        int least = (int) config.training().least().dividedBy(config.step());
        List<String> names = new ArrayList<>();
        List<TrainingSeries> series = new ArrayList<>();
        histories.forEach((name, history) -> {
            if (history.length() >= least) {
                names.add(name);
                series.add(new TrainingSeries(history.requests(), history.firstStep()));
            }
        });
        int horizon = Math.min(LONGEST_HORIZON, config.horizon());
        int context = Math.min(LONGEST_CONTEXT, Math.max(2, least / 2 - horizon));
        if (names.isEmpty()) {
            return null;
        }
        return new TrainingJob(
                "deepar-%013d".formatted(now.toEpochMilli()),
                config.step().toSeconds(),
                config.seasonSteps(),
                context,
                horizon,
                config.training().updates(),
                now.getEpochSecond(),
                config.training().cpu(),
                config.training().wall(),
                names,
                series);
    }

    private void start(TrainingJob job, Instant now) throws IOException {
        next = now.plus(config.training().every());
        killAt = now.plus(config.training().wall()).plus(GRACE);
        Process process = launch.start();
        running = process;
        LOG.info("trains {} on {} deployments", job.model(), job.names().size());
        Thread.ofVirtual().name("training-job").start(() -> send(job, process));
    }

    private static void send(TrainingJob job, Process process) {
        try (var out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()))) {
            job.write(out);
        } catch (IOException e) {
            LOG.warn("the training did not take its job: {}", e.toString());
        }
    }

    /** Keeps the newest models and, of the older ones, those that are believed most. */
    void discardTheLeastBelieved(SortedMap<String, Double> belief) throws IOException {
        List<StoredModel> models = models();
        int surplus = models.size() - config.training().keep();
        if (surplus <= 0) {
            return;
        }
        List<StoredModel> old = models.subList(0, models.size() - 1);
        for (StoredModel model :
                old.stream()
                        .sorted(
                                Comparator.comparingDouble((StoredModel m) ->
                                        belief.getOrDefault(m.card().name(), 0.0)))
                        .limit(surplus)
                        .toList()) {
            registry.discard(model.card().name());
        }
    }

    /** Ends what runs. */
    void end() {
        Process process = running;
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
