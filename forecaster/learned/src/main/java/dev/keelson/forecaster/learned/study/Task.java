package dev.keelson.forecaster.learned.study;

/** One series and what is to be predicted of it. Its values are not copied. */
final class Task {
    private final double[] values;
    private final int index;
    private final int season;
    private final int learned;
    private final int from;
    private final int to;

    /**
     * @param values one series without gaps
     * @param index of the series among all
     * @param season steps of the main period
     * @param learned values before this index may be learned from
     * @param from first predicted step
     * @param to step after the last
     */
    Task(double[] values, int index, int season, int learned, int from, int to) {
        this.values = values;
        this.index = index;
        this.season = season;
        this.learned = learned;
        this.from = from;
        this.to = to;
    }

    double[] values() {
        return values;
    }

    int index() {
        return index;
    }

    int season() {
        return season;
    }

    int learned() {
        return learned;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }
}
