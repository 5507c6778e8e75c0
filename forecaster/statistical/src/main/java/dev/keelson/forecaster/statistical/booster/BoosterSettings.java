package dev.keelson.forecaster.statistical.booster;

/**
 * How to boost.
 *
 * @param trees how many
 * @param rate share of each tree's step that is taken
 * @param leaves most leaves of one tree, 2 to 127
 * @param minRows least rows in a leaf
 * @param featureShare share of the features that a tree may use, drawn per tree
 * @param rowShare share of the rows that a tree learns from, drawn per tree
 * @param bins most values that a feature is told apart by, 3 to 255, one of them for missing
 * @param seed of what is drawn
 */
public record BoosterSettings(
        int trees,
        double rate,
        int leaves,
        int minRows,
        double featureShare,
        double rowShare,
        int bins,
        long seed) {
    public BoosterSettings {
        require(trees >= 1, "trees", trees, "at least 1");
        require(rate > 0 && rate <= 1, "rate", rate, "in (0, 1]");
        require(leaves >= 2 && leaves <= 127, "leaves", leaves, "2 to 127");
        require(minRows >= 1, "minRows", minRows, "at least 1");
        require(featureShare > 0 && featureShare <= 1, "featureShare", featureShare, "in (0, 1]");
        require(rowShare > 0 && rowShare <= 1, "rowShare", rowShare, "in (0, 1]");
        require(bins >= 3 && bins <= 255, "bins", bins, "3 to 255");
    }

    /** The same with another seed. */
    public BoosterSettings withSeed(long other) {
        return new BoosterSettings(
                trees, rate, leaves, minRows, featureShare, rowShare, bins, other);
    }

    private static void require(boolean holds, String name, Number value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "The %s (%s) must be %s.".formatted(name, value, expected));
        }
    }
}
