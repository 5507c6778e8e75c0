package dev.keelson.forecaster.service;

import dev.keelson.forecaster.learned.network.DeepAr;

/**
 * A retained network.
 *
 * @param name of the model in the registry
 * @param model the network
 * @param season steps of the main period
 */
record NetworkMember(String name, DeepAr model, int season) implements PathMember {
    @Override
    public double[][] paths(double[] history, long first, int horizon, int paths) {
        // The same history gives the same paths.
        long seed = first + history.length;
        double[][] drawn = model.paths(history, season, first, horizon, paths, seed);
        for (double[] path : drawn) {
            for (int h = 0; h < horizon; h++) {
                path[h] = Math.max(0, path[h]);
            }
        }
        return drawn;
    }
}
