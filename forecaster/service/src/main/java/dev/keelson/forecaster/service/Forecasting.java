package dev.keelson.forecaster.service;

import dev.keelson.core.demand.ForecastError;
import dev.keelson.exchange.kafka.DemandFeed;
import dev.keelson.forecaster.learned.registry.StoredModel;
import dev.keelson.forecaster.statistical.classes.RequestClass;
import dev.keelson.forecaster.statistical.paths.LevelAndDay;
import dev.keelson.forecaster.statistical.pool.Ets;
import dev.keelson.forecaster.statistical.pool.LocalMethod;
import dev.keelson.forecaster.statistical.pool.SeasonalNaive;
import dev.keelson.forecaster.statistical.pool.SlotMean;
import dev.keelson.forecaster.statistical.pool.Theta;
import dev.keelson.protocol.RecordCodec;
import dev.keelson.protocol.Topics;
import dev.keelson.protocol.v1.ClassShare;
import dev.keelson.protocol.v1.ForecastRecord;
import dev.keelson.protocol.v1.ForecastScore;
import dev.keelson.protocol.v1.IndicatorPaths;
import dev.keelson.protocol.v1.ModelShare;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Demand in, forecasts out, for all deployments. Not thread-safe: one thread feeds and asks it. It
 * reads no clock: a step is over when the stream has written its window.
 */
final class Forecasting implements DemandFeed.Listener {
    /** Earlier days whose mean is the day's course. */
    private static final int DAYS = 7;

    /** History that a smoothing is learned from. */
    private static final int LEAST_VALUES = 10;

    /** Of the classes that a forecast tells of: see records.proto. */
    private static final int MOST_CLASSES = 16;

    private final ForecasterConfig config;
    private final SortedMap<String, DemandHistory> histories = new TreeMap<>();
    private final Predicate<String> isMember;
    private final List<LocalMethod> tried;
    private final SortedMap<String, Live> live = new TreeMap<>();
    private List<NetworkMember> learned = List.of();
    private boolean isDrift;

    /** What is kept of a deployment besides its history. */
    private record Live(MemberPool pool, RequestGroups groups) {}

    Forecasting(ForecasterConfig config) {
        this(config, name -> true, List.of());
    }

    /**
     * With other members, for studies.
     *
     * @param isMember of those that there are, by the name of a member
     * @param tried besides
     */
    Forecasting(ForecasterConfig config, Predicate<String> isMember, List<LocalMethod> tried) {
        this.config = config;
        this.tried = List.copyOf(tried);
        this.isMember = isMember;
    }

    @Override
    public void window(DemandFeed.Window window) {
        if (!window.deployment().isEmpty()
                && !window.deployment().equals(Topics.UNKNOWN_DEPLOYMENT)) {
            histories
                    .computeIfAbsent(
                            window.deployment(),
                            name -> new DemandHistory(name, config.step(), config.historySteps()))
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
        live.values().forEach(each -> teach(each.pool()));
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
        Live each = live.computeIfAbsent(deployment, name -> begin(history));
        MemberPool pool = each.pool();
        double[] requests = history.requests();
        each.groups().step(requests);
        if (each.groups().areSeveral() && !pool.hasGroups()) {
            joinByGroups(each);
        }
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
        pool.shares()
                .forEach((name, share) ->
                        record.addModels(ModelShare.newBuilder().setModel(name).setShare(share)));
        record.addAllClasses(shares(each.groups()));
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

    /**
     * A method of the pool.
     *
     * @param least steps of history that it takes
     */
    private record Learnable(LocalMethod method, int least) {}

    /** What is tried on the whole demand and by groups. */
    private List<Learnable> methods() {
        int season = config.seasonSteps();
        int recent = Math.max(3, season / 48);
        return List.of(
                new Learnable(new LevelAndDay(season), 1),
                new Learnable(new Ets(1), LEAST_VALUES),
                new Learnable(new Theta(season), LEAST_VALUES),
                new Learnable(new SlotMean(season, DAYS, true, recent), season + recent));
    }

    private Live begin(DemandHistory history) {
        var pool = new MemberPool(config.horizon(), config.paths());
        var groups = new RequestGroups(history, config.seasonSteps(), config.historySteps());
        List<Learnable> methods = new ArrayList<>(methods());
        int season = config.seasonSteps();
        methods.add(new Learnable(new SeasonalNaive(season), season));
        methods.add(new Learnable(new SlotMean(season, DAYS), season));
        tried.forEach(method -> methods.add(new Learnable(method, 1)));
        for (Learnable one : methods) {
            if (isMember.test(one.method().name())) {
                pool.join(member(one.method(), one.least()));
            }
        }
        teach(pool);
        return new Live(pool, groups);
    }

    private void joinByGroups(Live each) {
        for (Learnable one : methods()) {
            var method = new GroupSum(one.method(), each.groups());
            if (isMember.test(method.name())) {
                each.pool().joinByGroups(member(method, one.least()));
            }
        }
    }

    private MethodMember member(LocalMethod method, int least) {
        double oneRequest = 1e9 / config.step().toNanos();
        return new MethodMember(method, config.seasonSteps(), least, oneRequest);
    }

    /** The most frequent classes of the requests that are kept, most first. */
    private static List<ClassShare> shares(RequestGroups groups) {
        double all = groups.requests();
        return groups.volumes().entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .sorted((a, b) -> Double.compare(b.getValue(), a.getValue()))
                .limit(MOST_CLASSES)
                .map(entry ->
                        ClassShare.newBuilder()
                                .setTenant(entry.getKey().tenant())
                                .setPromptBelow(
                                        RequestClass.lengthBelow(entry.getKey().promptBucket()))
                                .setShare(Math.min(1, entry.getValue() / all))
                                .setCluster(groups.groupOf(entry.getKey()) + 1)
                                .build())
                .toList();
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
        live.values()
                .forEach(each ->
                        each.pool()
                                .belief()
                                .forEach((name, w) -> sums.merge(name, w, Double::sum)));
        return sums;
    }
}
