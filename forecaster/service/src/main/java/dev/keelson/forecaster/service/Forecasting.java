package dev.keelson.forecaster.service;

import dev.keelson.core.demand.ForecastError;
import dev.keelson.exchange.kafka.DemandFeed;
import dev.keelson.forecaster.learned.registry.StoredModel;
import dev.keelson.forecaster.statistical.paths.LevelAndDay;
import dev.keelson.forecaster.statistical.pool.Ets;
import dev.keelson.forecaster.statistical.pool.LocalMethod;
import dev.keelson.forecaster.statistical.pool.SeasonalNaive;
import dev.keelson.forecaster.statistical.pool.SlotMean;
import dev.keelson.forecaster.statistical.pool.Theta;
import dev.keelson.protocol.RecordCodec;
import dev.keelson.protocol.Topics;
import dev.keelson.protocol.v1.ForecastRecord;
import dev.keelson.protocol.v1.ForecastScore;
import dev.keelson.protocol.v1.IndicatorPaths;
import dev.keelson.protocol.v1.ModelShare;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Demand in, forecasts out, for all deployments. Not thread-safe: one thread feeds and asks it. It
 * reads no clock: a step is over when the stream has written its window.
 */
final class Forecasting implements DemandFeed.Listener {
    /** Earlier days whose mean is the day's course. */
    private static final int DAYS = 7;

    /** History that a smoothing is learned from. */
    private static final int LEAST_VALUES = 10;

    private final ForecasterConfig config;
    private final SortedMap<String, DemandHistory> histories = new TreeMap<>();
    private final SortedMap<String, MemberPool> pools = new TreeMap<>();
    private List<NetworkMember> learned = List.of();
    private boolean isDrift;

    Forecasting(ForecasterConfig config) {
        this.config = config;
    }

    @Override
    public void window(DemandFeed.Window window) {
        if (!window.deployment().isEmpty()
                && !window.deployment().equals(Topics.UNKNOWN_DEPLOYMENT)) {
            histories
                    .computeIfAbsent(
                            window.deployment(),
                            name -> new DemandHistory(config.step(), config.historySteps()))
                    .take(window);
        }
    }

    @Override
    public void totals(DemandFeed.Totals totals) {}

    @Override
    public void slo(DemandFeed.SloWindow window) {}

    @Override
    public void undecodableAtJob(long count) {}

    /** The learned models that the pools may use from now on. */
    void use(List<StoredModel> models) {
        List<NetworkMember> members = new ArrayList<>();
        for (StoredModel model : models) {
            if (model instanceof StoredModel.Recurrent recurrent) {
                members.add(
                        new NetworkMember(
                                recurrent.card().name(), recurrent.model(), config.seasonSteps()));
            }
        }
        learned = List.copyOf(members);
        pools.values().forEach(this::teach);
    }

    private void teach(MemberPool pool) {
        pool.keepLearned(learned.stream().map(NetworkMember::name).toList());
        learned.forEach(pool::join);
    }

    /** The forecasts that are due: one for each deployment whose newest step is new. */
    List<ForecastRecord> due() {
        List<ForecastRecord> made = new ArrayList<>();
        histories.forEach((deployment, history) -> {
            if (history.takeNewStep()) {
                forecast(deployment, history, made);
            }
        });
        return made;
    }

    private void forecast(String deployment, DemandHistory history, List<ForecastRecord> made) {
        MemberPool pool = pools.computeIfAbsent(deployment, name -> newPool());
        double[] requests = history.requests();
        double[][] courses = pool.step(requests, history.firstStep());
        isDrift |= pool.takeDrift();
        if (courses == null) {
            return;
        }
        var record =
                ForecastRecord.newBuilder()
                        .setVersion(RecordCodec.VERSION)
                        .setDeployment(deployment)
                        .setOriginMs(history.endMillis())
                        .setStepMs(config.step().toMillis())
                        .setSteps(config.horizon())
                        .setPaths(courses.length)
                        .addIndicators(indicator(IndicatorPaths.Indicator.REQUESTS, courses))
                        .addIndicators(
                                indicator(
                                        IndicatorPaths.Indicator.PREFILL_TOKENS,
                                        new TokenPaths(requests, history.prompts()).of(courses)))
                        .addIndicators(
                                indicator(
                                        IndicatorPaths.Indicator.DECODE_TOKENS,
                                        new TokenPaths(requests, history.outputs()).of(courses)));
        pool.belief()
                .forEach((name, share) ->
                        record.addModels(ModelShare.newBuilder().setModel(name).setShare(share)));
        ForecastError score = pool.error();
        if (score != null) {
            record.setScore(
                    ForecastScore.newBuilder()
                            .setLanded(score.landed())
                            .setWape(score.wape())
                            .setBias(score.bias())
                            .setCoverage80(score.coverage80())
                            .setCoverage95(score.coverage95()));
        }
        made.add(record.build());
    }

    private MemberPool newPool() {
        var pool = new MemberPool(config.horizon(), config.paths());
        int season = config.seasonSteps();
        int recent = Math.max(3, season / 48);
        join(pool, new LevelAndDay(season), 1);
        join(pool, new Ets(1), LEAST_VALUES);
        join(pool, new Theta(season), LEAST_VALUES);
        join(pool, new SeasonalNaive(season), season);
        join(pool, new SlotMean(season, DAYS), season);
        join(pool, new SlotMean(season, DAYS, true, recent), season + recent);
        teach(pool);
        return pool;
    }

    private void join(MemberPool pool, LocalMethod method, int least) {
        double oneRequest = 1e9 / config.step().toNanos();
        pool.join(new MethodMember(method, config.seasonSteps(), least, oneRequest));
    }

    private static IndicatorPaths indicator(
            IndicatorPaths.Indicator indicator, double[][] courses) {
        var builder = IndicatorPaths.newBuilder().setIndicator(indicator);
        for (double[] course : courses) {
            for (double value : course) {
                builder.addValues((float) value);
            }
        }
        return builder.build();
    }

    /** True once after the forecasts of some deployment have become worse. */
    boolean takeDrift() {
        boolean was = isDrift;
        isDrift = false;
        return was;
    }

    /** What there is to learn from, by deployment. */
    SortedMap<String, DemandHistory> histories() {
        return histories;
    }

    /** Belief in each learned model, summed over deployments. */
    SortedMap<String, Double> belief() {
        SortedMap<String, Double> sums = new TreeMap<>();
        pools.values()
                .forEach(pool ->
                        pool.belief().forEach((name, w) -> sums.merge(name, w, Double::sum)));
        return sums;
    }
}
