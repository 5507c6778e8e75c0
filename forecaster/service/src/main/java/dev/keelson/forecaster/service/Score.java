package dev.keelson.forecaster.service;

/**
 * How forecasts turned out, a quarter of the horizon ahead.
 *
 * @param landed outcomes
 * @param wape sum of |outcome - median| / sum of |outcome|
 * @param bias sum of (median - outcome) / sum of |outcome|
 * @param coverage80 share of outcomes in the 80 % band
 * @param coverage95 share of outcomes in the 95 % band
 */
record Score(int landed, double wape, double bias, double coverage80, double coverage95) {}
