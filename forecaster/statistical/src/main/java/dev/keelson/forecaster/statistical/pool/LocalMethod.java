package dev.keelson.forecaster.statistical.pool;

/** A way to forecast one series by itself. */
public interface LocalMethod {
    /** The name in tables. */
    String name();

    /**
     * Learns what there is to learn.
     *
     * @param values one per step, {@code NaN} for a gap
     * @param horizon most steps that will be asked for
     */
    Fit fit(double[] values, int horizon);

    /** What was learned; may be applied to any later state of the series. Immutable. */
    interface Fit {
        /**
         * The steps after the first {@code length} values.
         *
         * @param values one per step, {@code NaN} for a gap; none after {@code length} is read
         * @return one per step; {@code NaN} where the past says nothing
         */
        double[] forecast(double[] values, int length, int horizon);
    }
}
