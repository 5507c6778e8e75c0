package dev.keelson.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.console.client.ControlPlaneClient.Outcome;
import dev.keelson.console.client.FleetJson;
import dev.keelson.console.model.Connection;
import dev.keelson.console.model.DecisionRow;
import dev.keelson.console.model.FleetModel;
import dev.keelson.console.view.FleetWindow;
import dev.keelson.console.view.Operations;
import dev.keelson.console.view.Theme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javafx.application.Platform;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListView;
import javafx.scene.control.TableView;
import javafx.scene.layout.VBox;
import javafx.stage.Stage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The window on JavaFX's headless platform: no screen, no display server. */
class FleetWindowTest {
    private static final Operations NONE =
            new Operations() {
                @Override
                public Outcome scale(String deployment, int replicas) {
                    return new Outcome.Done();
                }

                @Override
                public Outcome freeze(String reason, Duration expires) {
                    return new Outcome.Done();
                }

                @Override
                public Outcome unfreeze() {
                    return new Outcome.Done();
                }
            };

    @BeforeAll
    static void startToolkit() throws Exception {
        System.setProperty("glass.platform", "Headless");
        System.setProperty("prism.order", "sw");
        java.util.logging.Logger.getLogger("javafx.css").setLevel(java.util.logging.Level.OFF);
        var started = new CompletableFuture<Boolean>();
        Platform.startup(() -> started.complete(true));
        Platform.setImplicitExit(false);
        started.get(60, TimeUnit.SECONDS);
    }

    @Test
    void showsTheFleetInBothLooks() throws Exception {
        for (Theme theme : Theme.values()) {
            var picture =
                    Path.of(
                            "target",
                            "console-%s.png"
                                    .formatted(theme.name().toLowerCase(java.util.Locale.ROOT)));
            onFxThread(() -> {
                var stage = stage(sampleModel(), theme);
                var decisions = decisions(stage);
                decisions.getSelectionModel().select(0);
                stage.getScene().getRoot().applyCss();
                stage.getScene().getRoot().layout();
                Screenshot.write(stage.getScene(), picture);
                assertThat(label(stage, "#state")).isEqualTo("▲ degraded");
                assertThat(label(stage, "#facts")).isEqualTo("epoch 3  ·  paced");
                assertThat(label(stage, "#connection")).isEqualTo("● live");
                assertThat(label(stage, "#notes")).contains("Flink has not answered for 42 s.");
                assertThat(((TableView<?>) find(stage, "#replicas")).getItems()).hasSize(2);
                assertThat(detail(stage))
                        .contains("19 requests in flight", "inFlight", "640 ms", "–", "3 replicas");
                stage.close();
                return true;
            });
            assertThat(Files.size(picture)).isGreaterThan(20_000);
        }
    }

    @Test
    void saysThatItKnowsNothingBeforeTheFirstSnapshot() throws Exception {
        onFxThread(() -> {
            var stage = stage(new FleetModel(), Theme.DARK);
            assertThat(label(stage, "#connection")).isEqualTo("○ connecting");
            assertThat(label(stage, "#facts")).isEqualTo("epoch –");
            assertThat(((Button) find(stage, "#scale")).isDisabled()).isTrue();
            stage.close();
            return true;
        });
    }

    @Test
    void aLostControlPlaneIsSaidAndItsButtonsAreOff() throws Exception {
        onFxThread(() -> {
            var model = sampleModel();
            var stage = stage(model, Theme.LIGHT);
            assertThat(((Button) find(stage, "#freeze")).isDisabled()).isFalse();

            model.connectionChanged(Connection.LOST);

            assertThat(label(stage, "#connection")).isEqualTo("✖ disconnected");
            assertThat(label(stage, "#notes")).contains("what is shown is old");
            assertThat(((Button) find(stage, "#freeze")).isDisabled()).isTrue();
            stage.close();
            return true;
        });
    }

    @Test
    void theThemeSwitchChangesTheLook() throws Exception {
        onFxThread(() -> {
            var stage = stage(sampleModel(), Theme.DARK);
            var button = (Button) find(stage, "#theme");
            assertThat(button.getText()).isEqualTo("Light");
            button.fire();
            assertThat(button.getText()).isEqualTo("Dark");
            stage.close();
            return true;
        });
    }

    private static FleetModel sampleModel() {
        var model = new FleetModel();
        model.addPoints(FleetJson.list(FleetJson.parse(SampleFleet.history()), FleetJson::point));
        model.addDecisions(
                FleetJson.list(FleetJson.parse(SampleFleet.decisions()), FleetJson::decision));
        model.observeIncidents(
                FleetJson.list(FleetJson.parse(SampleFleet.incidents()), FleetJson::incident));
        model.observe(FleetJson.snapshot(FleetJson.parse(SampleFleet.snapshot())));
        model.connectionChanged(Connection.LIVE);
        return model;
    }

    private static Stage stage(FleetModel model, Theme theme) {
        var stage = new Stage();
        stage.setScene(new Scene(new FleetWindow(model, NONE, Runnable::run, theme), 1_400, 900));
        stage.show();
        stage.getScene().getRoot().applyCss();
        stage.getScene().getRoot().layout();
        return stage;
    }

    @SuppressWarnings("unchecked")
    private static ListView<DecisionRow> decisions(Stage stage) {
        return (ListView<DecisionRow>) find(stage, "#decisions");
    }

    private static String detail(Stage stage) {
        var text = new StringBuilder();
        collect((VBox) find(stage, "#decision-detail"), text);
        return text.toString();
    }

    private static void collect(javafx.scene.Parent parent, StringBuilder text) {
        for (Node child : parent.getChildrenUnmodifiable()) {
            if (child instanceof Label label) {
                text.append(label.getText()).append('\n');
            } else if (child instanceof javafx.scene.Parent inner) {
                collect(inner, text);
            }
        }
    }

    private static String label(Stage stage, String id) {
        return ((Label) find(stage, id)).getText();
    }

    private static Node find(Stage stage, String id) {
        var node = stage.getScene().lookup(id);
        assertThat(node).as(id).isNotNull();
        return node;
    }

    private static void onFxThread(Callable<Boolean> work) throws Exception {
        var done = new CompletableFuture<Boolean>();
        Platform.runLater(() -> {
            try {
                done.complete(work.call());
            } catch (IOException | RuntimeException | AssertionError failure) {
                done.completeExceptionally(failure);
            } catch (Exception failure) {
                done.completeExceptionally(failure);
            }
        });
        done.get(120, TimeUnit.SECONDS);
    }
}
