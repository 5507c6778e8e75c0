package dev.keelson.core.plan;

/**
 * Joint sample paths of the demand as a scenario lattice: in each step the paths are grouped by the
 * rank of the demand seen just before it, so that a decision made then may know what came until
 * then. With one path, or few, there is one group. Held by step, since everything is counted per
 * step; O(paths x steps) but for what is needed of a rung, which is O(steps x rungs) besides.
 */
final class ScenarioLattice {
    /** Paths in a group: fewer would mistake one path's future for knowledge. */
    private static final int PATHS_PER_GROUP = 20;

    private static final int MOST_GROUPS = 5;

    private final int steps;
    private final int paths;
    private final int groups;

    /** [step][path]. */
    private final double[][] demand;

    /** [step][path]. */
    private final int[][] group;

    /** [step][group]: paths. */
    private final int[][] members;

    private final double[][] next;
    private final double[][] share;
    private final double[][] need;
    private final double[] mean;
    private final double most;

    /**
     * @param paths demand in replicas: [path][step], all equally likely and of the same length
     * @param rungs replicas, the first one being rung 0
     */
    ScenarioLattice(double[][] paths, int rungs) {
        this.paths = paths.length;
        steps = paths[0].length;
        groups = Math.max(1, Math.min(MOST_GROUPS, paths.length / PATHS_PER_GROUP));
        demand = byStep(paths);
        group = groupsByRank();
        members = membersOfGroups();
        next = transitions();
        share = shares();
        mean = means();
        most = largest();
        need = needs(rungs);
    }

    private static double[][] byStep(double[][] paths) {
        var byStep = new double[paths[0].length][paths.length];
        for (int k = 0; k < paths.length; k++) {
            for (int h = 0; h < byStep.length; h++) {
                byStep[h][k] = paths[k][h];
            }
        }
        return byStep;
    }

    /** All paths are alike at first, and those with the same demand stay together. */
    private int[][] groupsByRank() {
        var group = new int[steps][paths];
        var ranked = new double[paths];
        for (int h = 1; h < steps && groups > 1; h++) {
            var before = demand[h - 1];
            System.arraycopy(before, 0, ranked, 0, paths);
            for (int first = 1; first < groups; first++) {
                double least = ranked(ranked, (first * paths + groups - 1) / groups);
                for (int k = 0; k < paths; k++) {
                    group[h][k] += before[k] >= least ? 1 : 0;
                }
            }
        }
        return group;
    }

    /** The value of a rank from 0, by Hoare's selection: only part of it gets sorted. */
    private static double ranked(double[] values, int rank) {
        int low = 0;
        int high = values.length - 1;
        while (low < high) {
            double pivot = values[(low + high) / 2];
            int i = low;
            int j = high;
            while (i <= j) {
                while (values[i] < pivot) {
                    i++;
                }
                while (values[j] > pivot) {
                    j--;
                }
                if (i <= j) {
                    double value = values[i];
                    values[i++] = values[j];
                    values[j--] = value;
                }
            }
            if (rank <= j) {
                high = j;
            } else if (rank >= i) {
                low = i;
            } else {
                return values[rank];
            }
        }
        return values[rank];
    }

    private int[][] membersOfGroups() {
        var members = new int[steps][groups];
        for (int h = 0; h < steps; h++) {
            for (int g : group[h]) {
                members[h][g]++;
            }
        }
        return members;
    }

    /** [step][group x groups + group of the step after]: shares of the group's paths. */
    private double[][] transitions() {
        var next = new double[steps - 1][groups * groups];
        var one = new double[groups];
        for (int h = 0; h + 1 < steps; h++) {
            for (int g = 0; g < groups; g++) {
                one[g] = 1.0 / members[h][g];
            }
            var now = group[h];
            var then = group[h + 1];
            for (int k = 0; k < paths; k++) {
                next[h][now[k] * groups + then[k]] += one[now[k]];
            }
        }
        return next;
    }

    /** [step][group]: shares of all paths. */
    private double[][] shares() {
        double one = 1.0 / paths;
        var share = new double[steps][groups];
        for (int h = 0; h < steps; h++) {
            for (int g : group[h]) {
                share[h][g] += one;
            }
        }
        return share;
    }

    private double[] means() {
        var mean = new double[steps];
        for (int h = 0; h < steps; h++) {
            for (double d : demand[h]) {
                mean[h] += Math.max(0, d) / paths;
            }
        }
        return mean;
    }

    private double largest() {
        double most = 0;
        for (var row : demand) {
            for (double d : row) {
                most = d > most ? d : most;
            }
        }
        return most;
    }

    /** [rung][step x groups + group]. */
    private double[][] needs(int rungs) {
        var need = new double[rungs][steps * groups];
        var full = new int[(rungs + 1) * groups];
        for (int h = 0; h < steps; h++) {
            // Whole rungs are counted where they end and summed up from above.
            int top = 0;
            for (int k = 0; k < paths; k++) {
                int g = group[h][k];
                double d = Math.max(0, demand[h][k]);
                int whole = (int) Math.min(rungs, d);
                top = Math.max(top, whole);
                full[whole * groups + g]++;
                if (whole < rungs) {
                    need[whole][h * groups + g] += d - whole;
                }
            }
            for (int g = 0; g < groups; g++) {
                int above = 0;
                int at = h * groups + g;
                for (int rung = top; rung >= 0; rung--) {
                    if (rung < rungs) {
                        need[rung][at] = (above + need[rung][at]) / Math.max(1, members[h][g]);
                    }
                    above += full[rung * groups + g];
                    full[rung * groups + g] = 0;
                }
            }
        }
        return need;
    }

    int steps() {
        return steps;
    }

    int groups() {
        return groups;
    }

    int rungs() {
        return need.length;
    }

    /** Expected demand of a step. */
    double mean(int step) {
        return mean[step];
    }

    /** No path ever needs this rung. */
    boolean isBeyondNeed(int rung) {
        return most <= rung;
    }

    /** E min(1, max(0, d - rung)) of a rung: [step x groups + group]. */
    double[] needByGroup(int rung) {
        return need[rung];
    }

    /** E min(1, max(0, d - rung)) over all paths. */
    double need(int rung, int step) {
        double sum = 0;
        for (int g = 0; g < groups; g++) {
            sum += share[step][g] * need[rung][step * groups + g];
        }
        return sum;
    }

    /** Of what is worth so much in each group of the next step, what is expected in this group. */
    double expected(int step, int inGroup, double[] worth, int from) {
        var probability = next[step];
        double sum = 0;
        for (int to = 0; to < groups; to++) {
            sum += probability[inGroup * groups + to] * worth[from + to];
        }
        return sum;
    }
}
