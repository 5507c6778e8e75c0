package dev.keelson.forecaster.learned.registry;

import dev.keelson.forecaster.learned.network.DeepAr;
import dev.keelson.forecaster.learned.plain.Autoregression;
import dev.keelson.forecaster.learned.plain.Forest;
import dev.keelson.forecaster.learned.plain.GaussianProcess;

/** A model as the registry keeps it: its card and its numbers. */
public sealed interface StoredModel {
    /** What is known about it. */
    ModelCard card();

    /** A recurrent network. */
    record Recurrent(ModelCard card, DeepAr model) implements StoredModel {}

    /** Trees. */
    record Trees(ModelCard card, Forest model) implements StoredModel {}

    /** An autoregression. */
    record Linear(ModelCard card, Autoregression model) implements StoredModel {}

    /** A Gaussian process. */
    record Kernel(ModelCard card, GaussianProcess model) implements StoredModel {}
}
