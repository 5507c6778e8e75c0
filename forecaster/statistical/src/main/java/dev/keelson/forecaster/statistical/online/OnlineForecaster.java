package dev.keelson.forecaster.statistical.online;

import dev.keelson.core.demand.SamplePaths;
import dev.keelson.forecaster.series.Levels;
import dev.keelson.forecaster.series.Means;
import dev.keelson.forecaster.series.QuantileForecast;
import dev.keelson.forecaster.statistical.feature.FeatureRecipe;
import dev.keelson.forecaster.statistical.feature.History;
import dev.keelson.forecaster.statistical.feature.LevelRecipe;
import dev.keelson.forecaster.statistical.pool.LocalMethod;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Forecasts one series while it arrives: a booster that is fitted anew every season and the pool
 * are experts, mixed per quantile level by their landed losses, with adaptive conformal bands on
 * top. Nothing is learned from a step before it is there. Mutable, one writer; the same values in
 * the same order give the same forecasts, bit for bit.
 */
public final class OnlineForecaster {
    private static final int POOL_WEEKS = 4;

    private final OnlineSettings settings;
    private final FeatureRecipe recipe = new LevelRecipe();
    private final History history;
    private final List<LocalMethod> methods;
    private final List<LocalMethod.Fit> fits = new ArrayList<>();
    private final List<TargetTrack> tracks = new ArrayList<>();
    private final StepCorrelation correlation = new StepCorrelation();
    private @Nullable QuantileForecast latest;

    /**
     * Nothing has arrived yet.
     *
     * @param methods the pool beside the booster
     * @param firstStep number of the first step on the calendar: its time divided by the step
     */
    public OnlineForecaster(OnlineSettings settings, List<LocalMethod> methods, long firstStep) {
        this.settings = settings;
        this.methods = List.copyOf(methods);
        history = new History(settings.season(), settings.week(), firstStep);
        for (Target target : settings.targets()) {
            tracks.add(new TargetTrack(settings, target, history, recipe, methods.size()));
        }
    }

    /** Names of the experts in the order of {@link #weights}. */
    public List<String> experts() {
        var names = new ArrayList<String>();
        names.add("booster");
        methods.forEach(method -> names.add(method.name()));
        return List.copyOf(names);
    }

    /** The share that each expert has in the median of a target. */
    public double[] weights(int target) {
        return tracks.get(target).weights(settings.levels().indexOf(.5));
    }

    /** Takes the next step, {@code NaN} for a gap, and forecasts from there. */
    public void observe(double value) {
        history.append(value);
        for (int i = 0; i < tracks.size(); i++) {
            tracks.get(i).land();
            if (i > 0) {
                correlation.learn(tracks.get(i - 1), tracks.get(i));
            }
        }
        int origin = history.size() - 1;
        boolean warm = history.size() >= settings.firstForecast();
        if (warm && (history.size() - settings.firstForecast()) % settings.refitEvery() == 0) {
            refit();
        }
        double[][] paths = warm ? paths() : new double[0][];
        var rows = new ArrayList<double[]>();
        for (TargetTrack track : tracks) {
            double[] row = track.issue(origin, paths);
            if (row.length > 0) {
                rows.add(row);
            }
        }
        latest = rows.size() == tracks.size() ? forecast(rows) : null;
    }

    private QuantileForecast forecast(List<double[]> rows) {
        Levels levels = settings.levels();
        double[] mean = new double[rows.size()];
        double[][] quantiles = rows.toArray(double[][]::new);
        for (int i = 0; i < mean.length; i++) {
            mean[i] = Means.of(levels, quantiles[i]);
        }
        return QuantileForecast.of(levels, quantiles, mean);
    }

    private void refit() {
        double[] recent = recent();
        fits.clear();
        for (LocalMethod method : methods) {
            fits.add(method.fit(recent, horizon()));
        }
        for (TargetTrack track : tracks) {
            track.refit();
        }
    }

    private int horizon() {
        return settings.targets().stream().mapToInt(Target::to).max().orElse(1);
    }

    private double[][] paths() {
        double[] recent = recent();
        double[][] paths = new double[methods.size()][];
        for (int i = 0; i < paths.length; i++) {
            paths[i] = fits.get(i).forecast(recent, recent.length, horizon());
        }
        return paths;
    }

    /** What the pool looks at, cut at a season's border so that phases stay where they are. */
    private double[] recent() {
        int most = POOL_WEEKS * settings.week();
        int season = settings.season();
        int first = Math.max(0, (history.size() - most + season - 1) / season * season);
        double[] recent = new double[history.size() - first];
        for (int i = 0; i < recent.length; i++) {
            recent[i] = history.at(first + i);
        }
        return recent;
    }

    /**
     * The forecast from the newest step, one row per target: quantiles of the mean of its steps;
     * null while the history is too short or a long gap leaves nothing to say.
     */
    public @Nullable QuantileForecast latest() {
        return latest;
    }

    /**
     * Equally likely courses of the targets from the newest step: the quantiles of each target, and
     * from one target to the next a normal copula whose correlation is that of landed forecasts.
     *
     * @return one value per target; null where {@link #latest} is
     */
    public @Nullable SamplePaths paths(int count, long seed) {
        QuantileForecast forecast = latest;
        return forecast == null
                ? null
                : PathSampler.draw(
                        forecast, correlation.value(), !history.hasNegatives(), count, seed);
    }

    /** Steps so far. */
    public int size() {
        return history.size();
    }
}
