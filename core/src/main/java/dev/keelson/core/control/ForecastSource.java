package dev.keelson.core.control;

import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.fleet.FleetState;

/**
 * Port: what is expected now. A source may learn from the state that it is shown (demand, start-up
 * times), and knows nothing that came later.
 */
public interface ForecastSource {
    /** Nothing is forecast: scaling is reactive. */
    ForecastSource NONE = observed -> Forecasts.NONE;

    /** Called once a tick, in the order of the states' times. */
    Forecasts forecasts(FleetState observed);
}
