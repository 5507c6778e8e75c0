package dev.keelson.console.client;

import dev.keelson.console.model.Connection;
import dev.keelson.console.model.FleetModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Keeps a model up to date: the past by GET, then the event stream, and both again after every
 * break. Runs on a thread of its caller's until that is interrupted; touches the model only through
 * the given executor.
 */
public final class FleetFeed implements Runnable {
    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    private final ControlPlaneClient client;
    private final FleetModel model;
    private final Executor onModelThread;
    private Duration wait = SHORTEST_WAIT;

    public FleetFeed(ControlPlaneClient client, FleetModel model, Executor onModelThread) {
        this.client = client;
        this.model = model;
        this.onModelThread = onModelThread;
    }

    @Override
    public void run() {
        try {
            while (true) {
                connectOnce();
                Thread.sleep(wait);
                wait =
                        wait.multipliedBy(2).compareTo(LONGEST_WAIT) < 0
                                ? wait.multipliedBy(2)
                                : LONGEST_WAIT;
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Loads the past and follows the stream until it breaks. */
    private void connectOnce() throws InterruptedException {
        try {
            loadPast();
            follow();
            show(Connection.LOST);
        } catch (ControlPlaneClient.Unauthorised refused) {
            show(Connection.UNAUTHORISED);
        } catch (IOException | UncheckedIOException | IllegalArgumentException broken) {
            show(Connection.LOST);
        }
    }

    private void loadPast() throws IOException, InterruptedException {
        var points =
                FleetJson.list(
                        client.get("history?seconds=" + FleetModel.HISTORY.toSeconds()),
                        FleetJson::point);
        var decisions = FleetJson.list(client.get("decisions?limit=200"), FleetJson::decision);
        var incidents = FleetJson.list(client.get("incidents"), FleetJson::incident);
        onModelThread.execute(() -> {
            model.addPoints(points);
            model.addDecisions(decisions);
            model.observeIncidents(incidents);
        });
    }

    private void follow() throws IOException, InterruptedException {
        var reader = new EventReader(this::onEvent);
        try (var lines = client.events()) {
            lines.forEach(reader::line);
        }
    }

    private void onEvent(String name, String data) {
        var json = FleetJson.parse(data);
        switch (name) {
            case "snapshot" -> {
                wait = SHORTEST_WAIT;
                var snapshot = FleetJson.snapshot(json);
                onModelThread.execute(() -> {
                    model.observe(snapshot);
                    model.connectionChanged(Connection.LIVE);
                });
            }
            case "decision" -> {
                var decision = FleetJson.decision(json);
                onModelThread.execute(() -> model.addDecisions(java.util.List.of(decision)));
            }
            case "incident" -> {
                var incident = FleetJson.incident(json);
                onModelThread.execute(() -> model.observeIncidents(java.util.List.of(incident)));
            }
            default -> {} // a newer control plane may tell more
        }
    }

    private void show(Connection connection) {
        onModelThread.execute(() -> model.connectionChanged(connection));
    }
}
