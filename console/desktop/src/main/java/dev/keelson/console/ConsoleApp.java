package dev.keelson.console;

import dev.keelson.console.client.ControlPlaneClient;
import dev.keelson.console.client.ControlPlaneClient.Outcome;
import dev.keelson.console.client.FleetFeed;
import dev.keelson.console.model.FleetModel;
import dev.keelson.console.view.FleetWindow;
import dev.keelson.console.view.Operations;
import dev.keelson.console.view.Theme;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javafx.animation.PauseTransition;
import javafx.application.Application;
import javafx.application.Platform;
import javafx.scene.Scene;
import javafx.stage.Stage;
import org.jspecify.annotations.Nullable;

/** Puts model, feed and window together; its threads are the feed's and one per operation. */
public final class ConsoleApp extends Application {
    /** Snapshots that a picture waits for: by the second one every view has its data. */
    private static final int SNAPSHOTS_BEFORE_PICTURE = 2;

    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
    private @Nullable ControlPlaneClient client;

    @Override
    public void start(Stage stage) throws Options.Wrong {
        var options = Options.parse(getParameters().getRaw(), System.getenv());
        var connected = new ControlPlaneClient(options.server(), options.token());
        client = connected;
        var model = new FleetModel();
        var theme = options.light() ? Theme.LIGHT : Theme.DARK;
        var scene =
                new Scene(
                        new FleetWindow(model, operations(connected), background, theme),
                        1_400,
                        900);
        stage.setTitle("Keelson · " + options.server());
        stage.setScene(scene);
        stage.show();
        background.execute(new FleetFeed(connected, model, Platform::runLater));
        if (options.screenshot() != null) {
            photograph(model, scene, options.screenshot());
        }
    }

    @Override
    public void stop() {
        background.shutdownNow();
        if (client != null) {
            client.close();
        }
    }

    private static void photograph(FleetModel model, Scene scene, Path file) {
        model.snapshotsProperty()
                .addListener((source, before, now) -> {
                    if (now.intValue() == SNAPSHOTS_BEFORE_PICTURE) {
                        var laidOut = new PauseTransition(javafx.util.Duration.millis(500));
                        laidOut.setOnFinished(event -> finish(scene, file));
                        laidOut.play();
                    }
                });
    }

    private static void finish(Scene scene, Path file) {
        try {
            Screenshot.write(scene, file);
        } catch (IOException unwritable) {
            System.err.printf(
                    "The picture (%s) cannot be written: %s%n", file, unwritable.getMessage());
        }
        Platform.exit();
    }

    private static Operations operations(ControlPlaneClient client) {
        return new Operations() {
            @Override
            public Outcome scale(String deployment, int replicas) throws InterruptedException {
                return client.scale(deployment, replicas);
            }

            @Override
            public Outcome freeze(String reason, Duration expires) throws InterruptedException {
                return client.freeze(reason, expires);
            }

            @Override
            public Outcome unfreeze() throws InterruptedException {
                return client.unfreeze();
            }
        };
    }
}
