package dev.keelson.serving.metrics;

import java.util.Map;

/**
 * One line of a scrape.
 *
 * @param name metric name, histogram suffixes included
 * @param labels label values by name, in the order printed
 * @param value NaN and the infinities included: the reader decides what they mean
 */
public record MetricSample(String name, Map<String, String> labels, double value) {}
