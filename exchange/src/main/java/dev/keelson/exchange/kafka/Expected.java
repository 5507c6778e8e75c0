package dev.keelson.exchange.kafka;

import dev.keelson.core.demand.Forecast;
import dev.keelson.core.demand.ForecastError;
import dev.keelson.core.demand.Indicator;
import dev.keelson.core.demand.SamplePaths;
import dev.keelson.protocol.v1.ForecastRecord;
import dev.keelson.protocol.v1.IndicatorPaths;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the forecaster expects of one deployment.
 *
 * @param forecast its origin is event time
 * @param error null until outcomes have landed
 * @param models share of belief in each model that the paths come from
 * @param classes of the requests that went in, most first
 */
public record Expected(
        String deployment,
        Forecast forecast,
        @Nullable ForecastError error,
        SortedMap<String, Double> models,
        List<ClassShare> classes) {
    /** Values are written down with every decision: more digits would be noise that is stored. */
    private static final MathContext DIGITS = new MathContext(4);

    public Expected {
        models = Collections.unmodifiableSortedMap(new TreeMap<>(models));
        classes = List.copyOf(classes);
    }

    /**
     * Requests of one tenant with prompts of like length.
     *
     * @param promptBelow a power of 4, tokens: prompts are shorter
     * @param share of the deployment's requests, 0 to 1
     * @param cluster classes of the same number are forecast together, 1 is the largest; 0: the
     *     class is among the rest
     */
    public record ClassShare(String tenant, long promptBelow, double share, int cluster) {}

    /**
     * @throws IllegalArgumentException where the record's numbers are no forecast
     */
    static Expected of(ForecastRecord record) {
        var indicators = new TreeMap<Indicator, SamplePaths>();
        for (var each : record.getIndicatorsList()) {
            var indicator = indicator(each.getIndicator());
            if (indicator != null) {
                indicators.put(indicator, paths(each, record.getPaths(), record.getSteps()));
            }
        }
        var models = new TreeMap<String, Double>();
        record.getModelsList().forEach(model -> models.put(model.getModel(), model.getShare()));
        return new Expected(
                record.getDeployment(),
                new Forecast(
                        Instant.ofEpochMilli(record.getOriginMs()),
                        Duration.ofMillis(record.getStepMs()),
                        indicators),
                record.hasScore() && record.getScore().getLanded() > 0
                        ? new ForecastError(
                                record.getScore().getLanded(),
                                record.getScore().getWape(),
                                record.getScore().getBias(),
                                record.getScore().getCoverage80(),
                                record.getScore().getCoverage95())
                        : null,
                models,
                record.getClassesList().stream()
                        .map(one ->
                                new ClassShare(
                                        one.getTenant(),
                                        one.getPromptBelow(),
                                        one.getShare(),
                                        one.getCluster()))
                        .toList());
    }

    private static @Nullable Indicator indicator(IndicatorPaths.Indicator indicator) {
        return switch (indicator) {
            case REQUESTS -> Indicator.REQUESTS;
            case PREFILL_TOKENS -> Indicator.PREFILL_TOKENS;
            case DECODE_TOKENS -> Indicator.DECODE_TOKENS;
            case INDICATOR_UNSPECIFIED, UNRECOGNIZED -> null;
        };
    }

    private static SamplePaths paths(IndicatorPaths of, int count, int steps) {
        var paths = new double[count][steps];
        for (int k = 0; k < count; k++) {
            for (int h = 0; h < steps; h++) {
                float value = of.getValues(k * steps + h);
                if (!Float.isFinite(value)) {
                    throw new IllegalArgumentException(
                            "A forecast's value (%s) must be finite.".formatted(value));
                }
                paths[k][h] = new BigDecimal(value).round(DIGITS).doubleValue();
            }
        }
        return SamplePaths.of(paths);
    }
}
