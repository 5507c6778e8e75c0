package dev.keelson.forecaster.learned.study;

import dev.keelson.forecaster.learned.TrainingBudget;
import dev.keelson.forecaster.learned.djl.DeepArTrainer;
import dev.keelson.forecaster.learned.network.TrainingSeries;
import dev.keelson.forecaster.learned.recycling.Crps;
import dev.keelson.forecaster.learned.recycling.ExpertWeights;
import dev.keelson.forecaster.learned.smile.NativeBlas;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What each member is worth in the pool, on HARMONY's protocol: ten containers of the Fisher set,
 * all eleven indicators, one step ahead, split 70/10/20, scaled by the training part's minimum and
 * maximum; mean squared error of the mean and CRPS of 100 values, averaged over the 110 series. The
 * pool mixes quantiles; its weights follow losses that have landed, from the validation part on.
 */
final class MembersStudy {
    private static final int SEASON = 144;

    private final StudyData data;
    private final PrintStream out;

    MembersStudy(StudyData data, PrintStream out) {
        this.data = data;
        this.out = out;
    }

    /** One series, scaled, and where its parts begin. */
    private static final class Scaled {
        private final double[] values;
        private final int indicator;
        private final int validation;
        private final int test;

        Scaled(double[] values, int indicator, int validation, int test) {
            this.values = values;
            this.indicator = indicator;
            this.validation = validation;
            this.test = test;
        }
    }

    /** Errors of a forecaster: summed over steps, then averaged over series. */
    private static final class Score {
        private double squared;
        private double crps;
        private double cpuSquared;
        private double cpuCrps;
        private int inside;
        private int steps;

        void add(Score one, boolean isCpu) {
            squared += one.squared / one.steps;
            crps += one.crps / one.steps;
            inside += one.inside;
            steps += one.steps;
            if (isCpu) {
                cpuSquared += one.squared / one.steps;
                cpuCrps += one.crps / one.steps;
            }
        }

        void step(double[] samples, double y) {
            double error = Samples.mean(samples) - y;
            squared += error * error;
            crps += Crps.of(samples, y);
            inside += samples[10] <= y && y <= samples[89] ? 1 : 0;
            steps++;
        }
    }

    void run() throws IOException {
        List<Scaled> all = series();
        List<Member> members = members(all);
        Score pool = new Score();
        List<Score> alone = new ArrayList<>();
        List<Score> without = new ArrayList<>();
        double[] weight = new double[members.size()];
        double[] most = new double[members.size()];
        long[] nanos = new long[members.size()];
        for (int m = 0; m < members.size(); m++) {
            alone.add(new Score());
            without.add(new Score());
        }
        for (int i = 0; i < all.size(); i++) {
            Scaled one = all.get(i);
            boolean isCpu = one.indicator == StudyData.CPU;
            var task =
                    new Task(
                            one.values,
                            i,
                            SEASON,
                            one.validation,
                            one.validation,
                            one.values.length);
            List<double[][]> predictions = new ArrayList<>();
            for (int m = 0; m < members.size(); m++) {
                long begin = System.nanoTime();
                predictions.add(members.get(m).predict(task));
                nanos[m] += System.nanoTime() - begin;
                alone.get(m).add(single(one, predictions.get(m)), isCpu);
            }
            double[] mean = new double[members.size()];
            pool.add(mixed(one, members, predictions, -1, mean), isCpu);
            for (int m = 0; m < members.size(); m++) {
                weight[m] += mean[m] / all.size();
                most[m] = Math.max(most[m], mean[m]);
                without.get(m)
                        .add(
                                mixed(one, members, predictions, m, new double[members.size()]),
                                isCpu);
            }
        }
        print(all.size(), members, pool, alone, without, weight, most, nanos);
    }

    private void print(
            int series,
            List<Member> members,
            Score pool,
            List<Score> alone,
            List<Score> without,
            double[] weight,
            double[] most,
            long[] nanos) {
        Table.head(
                out,
                "member",
                "mean weight",
                "largest weight on a series",
                "MSE alone",
                "CRPS alone",
                "MSE of the pool without it",
                "CRPS of the pool without it",
                "seconds");
        for (int m = 0; m < members.size(); m++) {
            Table.row(
                    out,
                    members.get(m).name(),
                    weight[m],
                    most[m],
                    alone.get(m).squared / series,
                    alone.get(m).crps / series,
                    without.get(m).squared / series,
                    without.get(m).crps / series,
                    "%.1f".formatted(nanos[m] / 1e9));
        }
        Table.row(out, "**pool**", 1.0, 1.0, pool.squared / series, pool.crps / series, "", "", "");
        out.printf(
                "%nPool, cpu.busy alone (10 series): MSE %.4f, CRPS %.4f. Coverage of its 80 %% band over all: %.1f %%.%n",
                pool.cpuSquared / StudyData.CONTAINERS,
                pool.cpuCrps / StudyData.CONTAINERS,
                100.0 * pool.inside / pool.steps);
    }

    private static Score single(Scaled one, double[][] prediction) {
        var score = new Score();
        for (int t = one.test; t < one.values.length; t++) {
            score.step(prediction[t - one.validation], one.values[t]);
        }
        return score;
    }

    /**
     * The pool's score on one series.
     *
     * @param left out member, -1 for none
     * @param mean weight of each member over the test part, added
     */
    private static Score mixed(
            Scaled one,
            List<Member> members,
            List<double[][]> predictions,
            int left,
            double[] mean) {
        ExpertWeights weights = ExpertWeights.standard(SEASON);
        for (int m = 0; m < members.size(); m++) {
            if (m != left) {
                weights.join(members.get(m).name());
            }
        }
        var score = new Score();
        int testSteps = one.values.length - one.test;
        for (int t = one.validation; t < one.values.length; t++) {
            SortedMap<String, Double> belief = weights.weights();
            double[] mix = new double[Samples.COUNT];
            SortedMap<String, Double> landed = new TreeMap<>();
            for (int m = 0; m < members.size(); m++) {
                if (m == left) {
                    continue;
                }
                double[] samples = predictions.get(m)[t - one.validation];
                double share = belief.getOrDefault(members.get(m).name(), 0.0);
                for (int i = 0; i < mix.length; i++) {
                    mix[i] += share * samples[i];
                }
                landed.put(members.get(m).name(), Crps.of(samples, one.values[t]));
                mean[m] += t >= one.test ? share / testSteps : 0;
            }
            if (t >= one.test) {
                score.step(mix, one.values[t]);
            }
            weights.land(landed);
        }
        return score;
    }

    private List<Member> members(List<Scaled> all) {
        List<Member> members = new ArrayList<>();
        members.add(Members.last());
        members.add(Members.smoothed(.3));
        members.add(Members.smoothed(.06));
        members.add(Members.mean(SEASON));
        members.add(Members.seasonal());
        members.add(Members.window(SEASON / 4));
        members.add(Members.window(SEASON));
        members.add(Members.window(2 * SEASON));
        members.add(Members.forest(40, 1));
        if (new NativeBlas().isPresent()) {
            members.add(Members.autoregression(12));
            members.add(Members.process());
        }
        members.add(deepAr(all));
        return members;
    }

    private Member deepAr(List<Scaled> all) {
        List<TrainingSeries> training = new ArrayList<>();
        for (Scaled one : all) {
            training.add(
                    new TrainingSeries(java.util.Arrays.copyOf(one.values, one.validation), 0));
        }
        var threads = ManagementFactory.getThreadMXBean();
        long begin = System.nanoTime();
        DeepArTrainer.Trained trained =
                DeepArTrainer.train(
                        training,
                        SEASON,
                        DeepArTrainer.Settings.standard(SEASON / 2, SEASON / 4, 1500, 1),
                        new TrainingBudget(Duration.ofMinutes(4), Duration.ofMinutes(8))
                                .start(threads::getCurrentThreadCpuTime, System::nanoTime));
        out.printf(
                "DeepAR: %d of 1500 steps in %.0f s, last loss %.3f%s.%n%n",
                trained.steps(),
                (System.nanoTime() - begin) / 1e9,
                trained.loss(),
                trained.cutShort() ? ", cut short by its budget" : "");
        return Members.deepAr(trained.model(), 1);
    }

    private List<Scaled> series() throws IOException {
        List<Scaled> all = new ArrayList<>();
        for (int container = 1; container <= StudyData.CONTAINERS; container++) {
            double[][] columns = data.fisher(container);
            for (int indicator = 0; indicator < columns.length; indicator++) {
                double[] values = columns[indicator];
                int training = (int) (values.length * .7);
                int test = values.length - (int) (values.length * .2);
                double least = Double.POSITIVE_INFINITY;
                double most = Double.NEGATIVE_INFINITY;
                for (int t = 0; t < training; t++) {
                    least = Math.min(least, values[t]);
                    most = Math.max(most, values[t]);
                }
                double range = most > least ? most - least : 1;
                double[] scaled = new double[values.length];
                for (int t = 0; t < values.length; t++) {
                    scaled[t] = (values[t] - least) / range;
                }
                all.add(new Scaled(scaled, indicator, training, test));
            }
        }
        return all;
    }
}
