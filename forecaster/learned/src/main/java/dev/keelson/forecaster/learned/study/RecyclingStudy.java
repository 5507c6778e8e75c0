package dev.keelson.forecaster.learned.study;

import dev.keelson.forecaster.learned.plain.StepFeatures;
import dev.keelson.forecaster.learned.recycling.DriftDetector;
import dev.keelson.forecaster.learned.recycling.ExpertWeights;
import dev.keelson.forecaster.statistical.booster.BinnedRows;
import dev.keelson.forecaster.statistical.booster.BoostedTrees;
import dev.keelson.forecaster.statistical.booster.BoosterSettings;
import dev.keelson.forecaster.statistical.booster.QuantileBooster;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Whether old models are worth keeping ("Can we recycle our old models?", Lyu et al. 2023; §3.7's
 * protocol): a model is trained after each period on that period alone and predicts one step ahead
 * for ever after. Compared on every period from the third on, mean absolute error of log1p values
 * divided by that of the last value: the newest model (periodic retraining), the first one, the one
 * that was best in the period before, the one that was best lately, all of them weighed ({@link
 * ExpertWeights}), and the best single model of each period in hindsight.
 */
final class RecyclingStudy {
    private static final BoosterSettings BOOSTER =
            new BoosterSettings(100, .06, 15, 20, .7, .7, 63, 1);
    private static final double HYSTERESIS = .98;

    private final StudyData data;
    private final PrintStream out;

    RecyclingStudy(StudyData data, PrintStream out) {
        this.data = data;
        this.out = out;
    }

    /** A series, its period between trainings and its season, in steps. */
    private static final class Case {
        private final String name;
        private final double[] values;
        private final int period;
        private final int season;

        Case(String name, double[] values, int period, int season) {
            this.name = name;
            this.values = values;
            this.period = period;
            this.season = season;
        }
    }

    /** Sums of absolute errors over all scored periods of one series. */
    private static final class Errors {
        private double naive;
        private double newest;
        private double first;
        private double lastBest;
        private double recentBest;
        private double weighed;
        private double oracle;
        private double drift;
        private int trainings;
        private int periods;

        double[] ratios() {
            return new double[] {
                newest / naive,
                first / naive,
                lastBest / naive,
                recentBest / naive,
                weighed / naive,
                drift / naive,
                oracle / naive
            };
        }
    }

    void run() throws IOException {
        Table.head(
                out,
                "series",
                "periods",
                "newest",
                "never retrained",
                "best of the last period",
                "best lately",
                "all weighed",
                "also trained on drift (trainings)",
                "oracle",
                "share of the gap");
        double[] sum = new double[7];
        List<Case> cases = cases();
        int periods = 0;
        int trainings = 0;
        for (Case each : cases) {
            Errors errors = play(each);
            double[] r = errors.ratios();
            print(each.name, Integer.toString(errors.periods), r, errors.trainings);
            periods += errors.periods;
            trainings += errors.trainings;
            for (int i = 0; i < r.length; i++) {
                sum[i] += r[i] / cases.size();
            }
        }
        print("mean", Integer.toString(periods), sum, trainings);
    }

    private void print(String name, String periods, double[] r, int trainings) {
        Table.row(
                out,
                name,
                periods,
                r[0],
                r[1],
                r[2],
                r[3],
                r[4],
                "%.4f (%d)".formatted(r[5], trainings),
                r[6],
                "%.0f %%".formatted(100 * (r[0] - r[4]) / (r[0] - r[6])));
    }

    private List<Case> cases() throws IOException {
        List<Case> cases = new ArrayList<>();
        for (int container = 1; container <= StudyData.CONTAINERS; container++) {
            cases.add(
                    new Case(
                            "Fisher CPU " + container,
                            log(data.fisher(container)[StudyData.CPU]),
                            3 * 144,
                            144));
        }
        cases.add(
                new Case(
                        "ELB",
                        log(data.nab("data/realAWSCloudwatch/elb_request_count_8c0756.csv.gz")),
                        3 * 288,
                        288));
        cases.add(new Case("taxi", log(data.nab("demand-series/nyc_taxi.csv.gz")), 10 * 48, 48));
        for (String name : List.of("AMZN", "GOOG")) {
            cases.add(
                    new Case(
                            name,
                            log(data.nab("demand-series/Twitter_volume_%s.csv.gz".formatted(name))),
                            10 * 288,
                            288));
        }
        return cases;
    }

    private static double[] log(double[] values) {
        return Arrays.stream(values).map(v -> Math.log1p(Math.max(0, v))).toArray();
    }

    /** A model's predictions of every step after its training. */
    private static double[] predictions(Case each, int from, int to) {
        double[] values = each.values;
        var features = new StepFeatures(each.season);
        int first = Math.max(StepFeatures.LEAST_HISTORY, from);
        int rows = to - first;
        float[] table = new float[rows * StepFeatures.WIDTH];
        float[] targets = new float[rows];
        float[] weights = new float[rows];
        Arrays.fill(weights, 1);
        for (int t = first; t < to; t++) {
            fill(table, t - first, features.row(values, t));
            targets[t - first] = (float) (values[t] - StepFeatures.level(values, t));
        }
        BoostedTrees model =
                QuantileBooster.train(
                        BinnedRows.of(table, StepFeatures.WIDTH, BOOSTER.bins()),
                        targets,
                        weights,
                        .5,
                        BOOSTER);
        double[] result = new double[values.length];
        Arrays.fill(result, Double.NaN);
        float[] later = new float[(values.length - to) * StepFeatures.WIDTH];
        for (int t = to; t < values.length; t++) {
            fill(later, t - to, features.row(values, t));
        }
        float[] predicted = later.length == 0 ? new float[0] : model.predict(later);
        for (int t = to; t < values.length; t++) {
            result[t] = predicted[t - to] + StepFeatures.level(values, t);
        }
        return result;
    }

    private static void fill(float[] table, int row, double[] values) {
        for (int f = 0; f < values.length; f++) {
            table[row * values.length + f] = (float) values[f];
        }
    }

    private static Errors play(Case each) {
        double[] values = each.values;
        int whole = values.length / each.period;
        List<double[]> models = new ArrayList<>();
        ExpertWeights weights = ExpertWeights.standard(each.season);
        Recent recent = new Recent(each.season);
        double[] lastPeriod = new double[0];
        var errors = new Errors();
        for (int period = 1; period <= whole; period++) {
            int from = period * each.period;
            int to = Math.min(values.length, from + each.period);
            if (to - from < each.period / 2) {
                break;
            }
            models.add(predictions(each, from - each.period, from));
            weights.join(name(models.size() - 1));
            recent.join();
            boolean scored = period >= 2;
            double[] single = new double[models.size()];
            int previous = best(lastPeriod);
            for (int t = from; t < to; t++) {
                SortedMap<String, Double> belief = weights.weights();
                double mixed = 0;
                for (int m = 0; m < models.size(); m++) {
                    mixed += belief.getOrDefault(name(m), 0.0) * models.get(m)[t];
                }
                if (scored) {
                    errors.naive += Math.abs(values[t] - values[t - 1]);
                    errors.newest += Math.abs(values[t] - models.getLast()[t]);
                    errors.first += Math.abs(values[t] - models.getFirst()[t]);
                    errors.lastBest += Math.abs(values[t] - models.get(previous)[t]);
                    errors.recentBest += Math.abs(values[t] - models.get(recent.chosen())[t]);
                    errors.weighed += Math.abs(values[t] - mixed);
                }
                SortedMap<String, Double> landed = new TreeMap<>();
                for (int m = 0; m < models.size(); m++) {
                    double loss = Math.abs(values[t] - models.get(m)[t]);
                    single[m] += loss;
                    landed.put(name(m), loss);
                }
                weights.land(landed);
                recent.land(landed);
            }
            if (scored) {
                errors.oracle += Arrays.stream(single).min().orElse(0);
                errors.periods++;
            }
            lastPeriod = single;
        }
        onDrift(each, whole, errors);
        return errors;
    }

    /** The same weighing, but a model is also trained as soon as the mixture has become worse. */
    private static void onDrift(Case each, int whole, Errors errors) {
        double[] values = each.values;
        List<double[]> models = new ArrayList<>();
        ExpertWeights weights = ExpertWeights.standard(each.season);
        DriftDetector drift = DriftDetector.standard(each.season);
        int end = Math.min(values.length, (whole + 1) * each.period);
        if (end - whole * each.period < each.period / 2) {
            end = whole * each.period;
        }
        boolean train = true;
        int trainedAt = 0;
        for (int t = each.period; t < end; t++) {
            int age = t - trainedAt;
            if (age >= each.period || (train && age >= each.period / 3)) {
                models.add(predictions(each, t - each.period, t));
                weights.join(name(models.size() - 1));
                trainedAt = t;
                train = false;
                errors.trainings++;
            }
            SortedMap<String, Double> belief = weights.weights();
            double mixed = 0;
            SortedMap<String, Double> landed = new TreeMap<>();
            for (int m = 0; m < models.size(); m++) {
                mixed += belief.getOrDefault(name(m), 0.0) * models.get(m)[t];
                landed.put(name(m), Math.abs(values[t] - models.get(m)[t]));
            }
            double loss = Math.abs(values[t] - mixed);
            if (t >= 2 * each.period) {
                errors.drift += loss;
            }
            weights.land(landed);
            train |= drift.isDriftAfter(loss);
        }
    }

    private static String name(int model) {
        return "model-%04d".formatted(model);
    }

    private static int best(double[] losses) {
        int best = 0;
        for (int m = 1; m < losses.length; m++) {
            if (losses[m] < losses[best]) {
                best = m;
            }
        }
        return best;
    }

    /** Temporal adjacency: the model with the least recent loss, left only for a clear gain. */
    private static final class Recent {
        private final double decay;
        private final List<double[]> losses = new ArrayList<>();
        private int chosen;

        Recent(int season) {
            decay = Math.pow(.5, 2.0 / season);
        }

        void join() {
            double least = losses.stream().mapToDouble(loss -> loss[0]).min().orElse(0);
            losses.add(new double[] {least});
            chosen = losses.size() - 1;
        }

        void land(SortedMap<String, Double> landed) {
            int m = 0;
            for (double loss : landed.values()) {
                losses.get(m)[0] = losses.get(m)[0] * decay + loss;
                m++;
            }
            for (int other = 0; other < losses.size(); other++) {
                if (losses.get(other)[0] < HYSTERESIS * losses.get(chosen)[0]) {
                    chosen = other;
                }
            }
        }

        int chosen() {
            return chosen;
        }
    }
}
