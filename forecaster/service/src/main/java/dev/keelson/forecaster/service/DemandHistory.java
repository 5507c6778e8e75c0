package dev.keelson.forecaster.service;

import dev.keelson.exchange.kafka.DemandFeed;
import dev.keelson.forecaster.statistical.classes.RequestClass;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one deployment was asked for, in equal steps. A window that never came is a gap, not a zero:
 * the demand stream writes windows without requests too. Late corrections replace what was there;
 * duplicates and disorder change nothing. Not thread-safe.
 */
final class DemandHistory {
    private final long stepMillis;
    private final int most;
    private final TreeMap<Long, Window> windows = new TreeMap<>();
    private final ClassHistory classes;
    private boolean isNewStep;

    private record Window(double requests, double prompts, double outputs, long revision) {}

    /**
     * @param step length of one step
     * @param most steps kept
     */
    DemandHistory(String deployment, Duration step, int most) {
        classes = new ClassHistory(deployment);
        this.stepMillis = step.toMillis();
        this.most = most;
    }

    /** Takes a window of the demand stream; those of other lengths are not of interest. */
    void take(DemandFeed.Window window) {
        if (window.size().toMillis() != stepMillis) {
            return;
        }
        long step = Math.floorDiv(window.start().toEpochMilli(), stepMillis);
        if (!windows.isEmpty() && step <= windows.lastKey() - most) {
            return;
        }
        double seconds = stepMillis / 1000.0;
        var taken =
                new Window(
                        window.arrivals() / seconds,
                        window.promptTokensEstimate() / seconds,
                        window.outputTokens() / seconds,
                        window.revision());
        Window old = windows.get(step);
        if (old != null && old.revision() > taken.revision()) {
            return;
        }
        isNewStep |= windows.isEmpty() || step > windows.lastKey();
        windows.put(step, taken);
        windows.headMap(windows.lastKey() - most, true).clear();
        classes.take(step, window.classes());
        classes.forgetThrough(windows.lastKey() - most);
    }

    /** True once after each step that was newer than all before it. */
    boolean takeNewStep() {
        boolean isNew = isNewStep;
        isNewStep = false;
        return isNew;
    }

    boolean isEmpty() {
        return windows.isEmpty();
    }

    /** Number of the first step since the epoch. */
    long firstStep() {
        return windows.firstKey();
    }

    /** Steps from the first to the newest, gaps included. */
    int length() {
        return windows.isEmpty() ? 0 : (int) (windows.lastKey() - windows.firstKey() + 1);
    }

    /** Event time of the end of the newest step, milliseconds since the epoch. */
    long endMillis() {
        return (windows.lastKey() + 1) * stepMillis;
    }

    /** Requests per second, NaN for gaps. */
    double[] requests() {
        return values(Column.REQUESTS);
    }

    /** Prompt tokens per second, NaN for gaps. */
    double[] prompts() {
        return values(Column.PROMPTS);
    }

    /** Output tokens per second, NaN for gaps. */
    double[] outputs() {
        return values(Column.OUTPUTS);
    }

    /** All requests in the steps that are kept. */
    double requestCount() {
        return windows.values().stream().mapToDouble(Window::requests).sum() * stepMillis / 1000;
    }

    /** What is known of the requests' classes. */
    ClassHistory classes() {
        return classes;
    }

    /** Requests per second of several classes together, NaN for gaps. */
    double[] classRequests(Collection<RequestClass> of) {
        double[] values = classes.sum(of, firstStep(), length());
        for (int t = 0; t < values.length; t++) {
            values[t] *= 1000.0 / stepMillis;
        }
        return values;
    }

    private enum Column {
        REQUESTS,
        PROMPTS,
        OUTPUTS
    }

    private double[] values(Column column) {
        double[] values = new double[length()];
        java.util.Arrays.fill(values, Double.NaN);
        for (Map.Entry<Long, Window> entry : windows.entrySet()) {
            Window window = entry.getValue();
            values[(int) (entry.getKey() - windows.firstKey())] =
                    switch (column) {
                        case REQUESTS -> window.requests();
                        case PROMPTS -> window.prompts();
                        case OUTPUTS -> window.outputs();
                    };
        }
        return values;
    }
}
