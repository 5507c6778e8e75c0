package dev.keelson.console.view;

import dev.keelson.console.client.ControlPlaneClient.Outcome;
import java.time.Duration;

/**
 * What an operator may change from the window. Calls block: the window makes them on a thread of
 * its own.
 */
public interface Operations {
    Outcome scale(String deployment, int replicas) throws InterruptedException;

    Outcome freeze(String reason, Duration expires) throws InterruptedException;

    Outcome unfreeze() throws InterruptedException;
}
