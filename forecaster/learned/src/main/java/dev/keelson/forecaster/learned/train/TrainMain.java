package dev.keelson.forecaster.learned.train;

import dev.keelson.forecaster.learned.TrainingBudget;
import dev.keelson.forecaster.learned.djl.DeepArTrainer;
import dev.keelson.forecaster.learned.network.NetworkShape;
import dev.keelson.forecaster.learned.network.SeriesInputs;
import dev.keelson.forecaster.learned.network.TrainingSeries;
import dev.keelson.forecaster.learned.recycling.Crps;
import dev.keelson.forecaster.learned.registry.ModelCard;
import dev.keelson.forecaster.learned.registry.ModelKind;
import dev.keelson.forecaster.learned.registry.ModelRegistry;
import dev.keelson.forecaster.learned.registry.StoredModel;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The training process: {@code --registry DIR}, a {@link TrainingJob} on the standard input. It
 * holds the last tenth of each series out, trains on the rest, keeps the model with its losses and
 * ends with 0; with 1 and one line of text when it cannot.
 */
public final class TrainMain {
    private static final String PRODUCER = "0.1.0";
    private static final int HIDDEN = 24;
    private static final int SAMPLES = 50;

    private TrainMain() {}

    public static void main(String[] arguments) {
        if (arguments.length != 2 || !arguments[0].equals("--registry")) {
            System.err.println(
                    "Usage: dev.keelson.forecaster.learned.train.TrainMain --registry DIR");
            System.exit(2);
        }
        try (var in = new DataInputStream(new BufferedInputStream(System.in))) {
            Path kept =
                    run(
                            TrainingJob.read(in),
                            new ModelRegistry(Path.of(arguments[1])),
                            InstantSource.system());
            System.out.println("kept " + kept.getFileName());
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("The training failed: " + e.getMessage());
            System.exit(1);
        }
        System.exit(0);
    }

    static Path run(TrainingJob job, ModelRegistry registry, InstantSource clock)
            throws IOException {
        List<TrainingSeries> training = new ArrayList<>();
        for (TrainingSeries one : job.series()) {
            training.add(
                    new TrainingSeries(
                            Arrays.copyOf(one.shared(), one.length() * 9 / 10), one.first()));
        }
        var threads = ManagementFactory.getThreadMXBean();
        DeepArTrainer.Trained trained =
                DeepArTrainer.train(
                        training,
                        job.season(),
                        new DeepArTrainer.Settings(
                                new NetworkShape(SeriesInputs.WIDTH, HIDDEN, 1, 3),
                                job.context(),
                                job.horizon(),
                                32,
                                job.steps(),
                                5e-3,
                                job.seed()),
                        new TrainingBudget(job.cpu(), job.wall())
                                .start(threads::getCurrentThreadCpuTime, System::nanoTime));
        var losses = new TreeMap<String, Double>();
        losses.put("training-nll", trained.loss());
        losses.put("updates", (double) trained.steps());
        losses.put("holdout-crps-to-last-value", holdout(job, trained));
        return registry.keep(
                new StoredModel.Recurrent(card(job, training, losses, clock), trained.model()));
    }

    /** Mean CRPS of the held out steps, one ahead, divided by the last value's absolute error. */
    private static double holdout(TrainingJob job, DeepArTrainer.Trained trained) {
        double crps = 0;
        double naive = 0;
        for (TrainingSeries one : job.series()) {
            double[] values = one.shared();
            int from = values.length * 9 / 10;
            double[][] samples =
                    trained.model()
                            .oneStep(
                                    values,
                                    job.season(),
                                    one.first(),
                                    from,
                                    values.length,
                                    job.context() / 2 + 1,
                                    SAMPLES,
                                    job.seed());
            for (int t = Math.max(1, from); t < values.length; t++) {
                if (!Double.isNaN(values[t]) && !Double.isNaN(values[t - 1])) {
                    Arrays.sort(samples[t - from]);
                    crps += Crps.of(samples[t - from], values[t]);
                    naive += Math.abs(values[t] - values[t - 1]);
                }
            }
        }
        return naive > 0 ? crps / naive : 1;
    }

    private static ModelCard card(
            TrainingJob job,
            List<TrainingSeries> training,
            SortedMap<String, Double> losses,
            InstantSource clock) {
        long from = Long.MAX_VALUE;
        long to = 0;
        long values = 0;
        int length = 0;
        for (TrainingSeries one : training) {
            from = Math.min(from, one.first() * job.stepSeconds());
            to = Math.max(to, (one.first() + one.length()) * job.stepSeconds());
            values += Arrays.stream(one.shared()).filter(v -> !Double.isNaN(v)).count();
            length += one.length();
        }
        double[] all = new double[length];
        int at = 0;
        for (TrainingSeries one : training) {
            System.arraycopy(one.shared(), 0, all, at, one.length());
            at += one.length();
        }
        return new ModelCard(
                job.model(),
                ModelKind.DEEP_AR,
                new ModelCard.TrainingWindow(job.names(), from, to, job.stepSeconds(), values),
                ModelCard.Statistics.of(all),
                losses,
                clock.millis(),
                PRODUCER,
                job.seed());
    }
}
