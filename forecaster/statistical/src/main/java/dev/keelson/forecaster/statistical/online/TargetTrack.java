package dev.keelson.forecaster.statistical.online;

import dev.keelson.forecaster.series.Levels;
import dev.keelson.forecaster.series.QuantileForecast;
import dev.keelson.forecaster.statistical.booster.BinnedRows;
import dev.keelson.forecaster.statistical.booster.BoostedTrees;
import dev.keelson.forecaster.statistical.booster.QuantileBooster;
import dev.keelson.forecaster.statistical.calibrate.AdaptiveBand;
import dev.keelson.forecaster.statistical.calibrate.PinballAggregation;
import dev.keelson.forecaster.statistical.feature.Anchor;
import dev.keelson.forecaster.statistical.feature.FeatureRecipe;
import dev.keelson.forecaster.statistical.feature.History;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One target: what was said about it, what landed, and what was learned from that. Mutable. */
final class TargetTrack {
    private static final int LEAST_ROWS = 60;
    private static final int MOST_ROWS = 10_000;
    private static final double LOSS_POWER = 12;
    private static final int LATELY = 8;

    private final OnlineSettings settings;
    private final Target target;
    private final History history;
    private final FeatureRecipe recipe;
    private final Levels levels;
    private final List<PointBands> bands = new ArrayList<>();
    private final List<PinballAggregation> mixtures = new ArrayList<>();
    private final List<AdaptiveBand> calibrations = new ArrayList<>();
    private final ArrayDeque<Issued> pending = new ArrayDeque<>();
    private final ArrayDeque<Row> rows = new ArrayDeque<>();
    private final int[] landedOrigins = new int[LATELY];
    private final double[] landedScores = new double[LATELY];
    private int lastLanded = -1;
    private List<List<BoostedTrees>> boosters = List.of();

    /** A training row and the step from which it was seen. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Row(float[] features, float target, int origin) {}

    /** A forecast that has not landed; nothing was said while it was too early. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Issued(int origin, float[] features, Anchor anchor, @Nullable Said said) {}

    /**
     * What was said: the experts' quantiles (experts × levels) in the anchor's scale-free units, in
     * which they are mixed; the pool's points, the mixture and the issued quantiles in the series'
     * unit.
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Said(double[][] experts, double[] points, double[] mixed, double[] issued) {}

    TargetTrack(
            OnlineSettings settings,
            Target target,
            History history,
            FeatureRecipe recipe,
            int methods) {
        this.settings = settings;
        this.target = target;
        this.history = history;
        this.recipe = recipe;
        levels = settings.levels();
        Arrays.fill(landedOrigins, -1);
        for (int i = 0; i < methods; i++) {
            bands.add(new PointBands(settings.calibrationWindow()));
        }
        for (int i = 0; i < levels.size(); i++) {
            mixtures.add(
                    new PinballAggregation(
                            methods + 1, levels.at(i), settings.lossHalfLife(), LOSS_POWER));
        }
        // The outermost pair of levels is one band, the next pair another.
        for (int low = 0; low < levels.size() / 2; low++) {
            int high = levels.size() - 1 - low;
            calibrations.add(
                    new AdaptiveBand(
                            levels.at(high) - levels.at(low),
                            settings.calibrationRate(),
                            settings.calibrationWindow()));
        }
    }

    double[] weights(int level) {
        return mixtures.get(level).weights();
    }

    /** Learns from every forecast whose last step is there now. */
    void land() {
        while (!pending.isEmpty() && pending.peek().origin + target.to() < history.size()) {
            Issued issued = pending.remove();
            int origin = issued.origin;
            double value = history.mean(origin + target.from(), origin + target.to());
            if (!Double.isNaN(value)) {
                land(issued, value);
            }
        }
    }

    /** The normal score of the outcome of an origin that landed lately; {@code NaN} if none did. */
    double landedScore(int origin) {
        int place = origin % LATELY;
        return landedOrigins[place] == origin ? landedScores[place] : Double.NaN;
    }

    /** The origin that landed last; -1 before. */
    int lastLanded() {
        return lastLanded;
    }

    private void remember(int origin, Said said, double value) {
        QuantileForecast forecast =
                QuantileForecast.of(levels, new double[][] {said.issued}, new double[1]);
        landedOrigins[origin % LATELY] = origin;
        landedScores[origin % LATELY] = forecast.score(0, value);
        lastLanded = origin;
    }

    private void land(Issued issued, double value) {
        double outcome = issued.anchor.target(value);
        rows.add(new Row(issued.features, (float) outcome, issued.origin));
        if (rows.size() > MOST_ROWS) {
            rows.remove();
        }
        Said said = issued.said;
        if (said == null) {
            return;
        }
        remember(issued.origin, said, value);
        double[] quantiles = new double[said.experts.length];
        for (int level = 0; level < levels.size(); level++) {
            for (int expert = 0; expert < quantiles.length; expert++) {
                quantiles[expert] = said.experts[expert][level];
            }
            mixtures.get(level).land(quantiles, outcome);
        }
        for (int low = 0; low < calibrations.size(); low++) {
            int high = levels.size() - 1 - low;
            boolean within = said.issued[low] <= value && value <= said.issued[high];
            calibrations.get(low).land(said.mixed[low], said.mixed[high], value, within);
        }
        for (int i = 0; i < said.points.length; i++) {
            bands.get(i).land(value - said.points[i]);
        }
    }

    /** Fits the booster on all rows that have landed. */
    void refit() {
        if (rows.size() < LEAST_ROWS) {
            return;
        }
        int width = recipe.features();
        float[] features = new float[rows.size() * width];
        float[] targets = new float[rows.size()];
        float[] weights = new float[rows.size()];
        int i = 0;
        for (Row row : rows) {
            System.arraycopy(row.features, 0, features, i * width, width);
            targets[i] = row.target;
            double age = history.size() - row.origin;
            weights[i++] = (float) StrictMath.pow(.5, age / settings.rowHalfLife());
        }
        BinnedRows binned = BinnedRows.of(features, width, settings.booster().bins());
        var perLevel = new ArrayList<List<BoostedTrees>>();
        for (int level = 0; level < levels.size(); level++) {
            var perSeed = new ArrayList<BoostedTrees>();
            for (int seed = 0; seed < settings.seeds(); seed++) {
                var own = settings.booster().withSeed(settings.booster().seed() + seed);
                perSeed.add(QuantileBooster.train(binned, targets, weights, levels.at(level), own));
            }
            perLevel.add(perSeed);
        }
        boosters = perLevel;
    }

    /**
     * Forecasts from an origin.
     *
     * @param paths of the pool, methods × steps; none while it is too early to forecast
     * @return quantiles in the series' unit; empty where there is nothing to say
     */
    double[] issue(int origin, double[][] paths) {
        float[] features = new float[recipe.features()];
        Anchor anchor = recipe.row(history, origin, target.from(), target.to(), features, 0);
        if (anchor == null) {
            return new double[0];
        }
        if (paths.length == 0 || boosters.isEmpty()) {
            pending.add(new Issued(origin, features, anchor, null));
            return new double[0];
        }
        Said said = say(features, anchor, paths);
        pending.add(new Issued(origin, features, anchor, said));
        return said.issued;
    }

    private Said say(float[] features, Anchor anchor, double[][] paths) {
        double[][] experts = new double[paths.length + 1][];
        double[] points = new double[paths.length];
        experts[0] = boosted(features);
        for (int i = 0; i < paths.length; i++) {
            points[i] = mean(paths[i]);
            if (!Double.isFinite(points[i])) {
                points[i] = anchor.value(0);
            }
            experts[i + 1] = bands.get(i).around(points[i], levels);
            for (int level = 0; level < levels.size(); level++) {
                experts[i + 1][level] = anchor.target(experts[i + 1][level]);
            }
        }
        double[] mixed = mixed(experts, anchor);
        return new Said(experts, points, mixed, issued(mixed));
    }

    private double mean(double[] path) {
        double mean = 0;
        for (int step = target.from(); step <= target.to(); step++) {
            mean += path[step - 1] / (target.to() - target.from() + 1);
        }
        return mean;
    }

    private double[] mixed(double[][] experts, Anchor anchor) {
        double[] mixed = new double[levels.size()];
        double[] quantiles = new double[experts.length];
        for (int level = 0; level < mixed.length; level++) {
            for (int expert = 0; expert < quantiles.length; expert++) {
                quantiles[expert] = experts[expert][level];
            }
            mixed[level] = anchor.value(mixtures.get(level).mix(quantiles));
        }
        Arrays.sort(mixed);
        return mixed;
    }

    private double[] issued(double[] mixed) {
        double[] issued = mixed.clone();
        for (int low = 0; low < calibrations.size(); low++) {
            double margin = calibrations.get(low).margin();
            issued[low] -= margin;
            issued[levels.size() - 1 - low] += margin;
        }
        if (!history.hasNegatives()) {
            for (int level = 0; level < issued.length; level++) {
                issued[level] = Math.max(0, issued[level]);
            }
        }
        Arrays.sort(issued);
        return issued;
    }

    private double[] boosted(float[] features) {
        double[] result = new double[levels.size()];
        for (int level = 0; level < result.length; level++) {
            for (BoostedTrees trees : boosters.get(level)) {
                result[level] += trees.predict(features)[0] / settings.seeds();
            }
        }
        Arrays.sort(result);
        return result;
    }
}
