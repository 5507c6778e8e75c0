package dev.keelson.forecaster.statistical.online;

/**
 * How much a surprise at one target is also one at the next: the correlation of the normal scores
 * of outcomes that were forecast from the same origin. Old pairs fade. Mutable, one writer.
 */
final class StepCorrelation {
    private static final double FADE = .998;
    private static final double LARGEST = .98;

    private double products = .5;
    private double squares = 1;
    private double nextSquares = 1;

    /** Takes the pair of the origin that landed last at the later of two neighbouring targets. */
    void learn(TargetTrack target, TargetTrack next) {
        int origin = next.lastLanded();
        double score = origin < 0 ? Double.NaN : target.landedScore(origin);
        if (Double.isNaN(score)) {
            return;
        }
        double nextScore = next.landedScore(origin);
        products = FADE * products + score * nextScore;
        squares = FADE * squares + score * score;
        nextSquares = FADE * nextSquares + nextScore * nextScore;
    }

    double value() {
        double correlation = products / Math.sqrt(squares * nextSquares);
        return Math.max(0, Math.min(LARGEST, correlation));
    }
}
