package dev.keelson.forecaster.service;

import java.io.IOException;

/** Starts a training process that reads its job from its standard input. */
@FunctionalInterface
interface TrainerLaunch {
    Process start() throws IOException;
}
