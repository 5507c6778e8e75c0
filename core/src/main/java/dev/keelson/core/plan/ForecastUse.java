package dev.keelson.core.plan;

import dev.keelson.core.demand.Indicator;
import dev.keelson.core.demand.Outlook;
import dev.keelson.core.policy.ForecastPolicy;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Whether a forecast may be acted on: not one that is absent, too old or of unproven worth. */
final class ForecastUse {
    private ForecastUse() {}

    /**
     * Why a forecast is not acted on; null where it may be.
     *
     * @param leadTime from an order to READY; null while none was measured
     */
    static @Nullable String unusable(
            Outlook outlook, ForecastPolicy policy, Instant now, @Nullable Duration leadTime) {
        var forecast = outlook.forecast();
        var error = outlook.error();
        var age = Duration.between(forecast.origin(), now);
        if (age.isNegative() || age.compareTo(policy.maxAge()) > 0) {
            return "the forecast's origin is %d s old".formatted(age.toSeconds());
        }
        if (error == null || error.landed() < policy.minLanded()) {
            return "of the forecasts only %d outcomes have landed, of %d that are needed"
                    .formatted(error == null ? 0 : error.landed(), policy.minLanded());
        }
        if (outlook.capacity() == null) {
            return "the capacity of a replica is not known yet";
        }
        if (leadTime == null) {
            return "no start-up has been measured yet";
        }
        if (!now.plus(leadTime).plus(forecast.step()).isBefore(forecast.end())) {
            return "the forecast ends before a replica ordered now serves (%d s)"
                    .formatted(leadTime.toSeconds());
        }
        return forecast.of(Indicator.PREFILL_TOKENS) == null
                        || forecast.of(Indicator.DECODE_TOKENS) == null
                ? "the forecast is not of token work"
                : null;
    }
}
