package dev.keelson.console.view;

import atlantafx.base.theme.Styles;
import dev.keelson.console.client.ControlPlaneClient.Outcome;
import dev.keelson.console.model.Connection;
import dev.keelson.console.model.FleetModel;
import dev.keelson.console.model.Snapshot.DeploymentRow;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javafx.application.Platform;
import javafx.beans.binding.Bindings;
import javafx.scene.Node;
import javafx.scene.control.Alert;
import javafx.scene.control.Button;
import javafx.scene.control.ButtonType;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.Spinner;
import javafx.scene.control.TextField;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import org.jspecify.annotations.Nullable;

/**
 * Scale, freeze and unfreeze. Each asks before it acts, and tells what the control plane answered.
 */
final class OperationsBar extends HBox {
    private final FleetModel model;
    private final Operations operations;
    private final Executor background;
    private final Supplier<@Nullable DeploymentRow> chosen;

    private interface Call {
        Outcome make() throws InterruptedException;
    }

    OperationsBar(
            FleetModel model,
            Operations operations,
            Executor background,
            Supplier<@Nullable DeploymentRow> chosen) {
        super(8);
        this.model = model;
        this.operations = operations;
        this.background = background;
        this.chosen = chosen;
        var scale = button("scale", "Scale…", this::scale);
        var freeze = button("freeze", "Freeze…", this::freeze);
        freeze.getStyleClass().addAll(Styles.DANGER, Styles.BUTTON_OUTLINED);
        var unfreeze = button("unfreeze", "Unfreeze", this::unfreeze);
        var frozen =
                Bindings.createBooleanBinding(
                        () -> !model.statusProperty().get().freezes().isEmpty(),
                        model.statusProperty());
        unfreeze.visibleProperty().bind(frozen);
        unfreeze.managedProperty().bind(frozen);
        getChildren().addAll(scale, unfreeze, freeze);
    }

    private Button button(String id, String text, Runnable action) {
        var button = new Button(text);
        button.setId(id);
        button.setOnAction(event -> action.run());
        button.disableProperty().bind(model.connectionProperty().isNotEqualTo(Connection.LIVE));
        return button;
    }

    private void scale() {
        var deployment = chosen.get();
        if (deployment == null) {
            return;
        }
        int least = deployment.min() == null ? 0 : deployment.min().intValue();
        int most = deployment.max() == null ? 1_000 : deployment.max().intValue();
        int now = deployment.wanted() == null ? least : deployment.wanted().intValue();
        var count = new Spinner<Integer>(least, most, Math.clamp(now, least, most));
        count.setEditable(true);
        count.setId("scale-count");
        var text = "Wanted replicas of %s, %d to %d:".formatted(deployment.name(), least, most);
        if (confirmed(
                "Scale " + deployment.name(), "Scale", new HBox(10, new Label(text), count))) {
            run("Scale", () -> operations.scale(deployment.name(), count.getValue()));
        }
    }

    private void freeze() {
        var reason = new TextField();
        reason.setId("freeze-reason");
        reason.setPromptText("why, for everyone who sees it");
        reason.setPrefColumnCount(26);
        var minutes = new ComboBox<Integer>();
        minutes.getItems().addAll(15, 30, 60, 240);
        minutes.setValue(30);
        var form = new GridPane(10, 10);
        form.addRow(0, new Label("Reason"), reason);
        form.addRow(1, new Label("For (minutes)"), minutes);
        form.addRow(
                2,
                new Label(),
                new Label("Drains on a notice and the replacement of what is lost go on."));
        if (confirmed("Freeze scaling, rollouts and nodes", "Freeze", form)) {
            String why =
                    reason.getText().isBlank()
                            ? "frozen from the console"
                            : reason.getText().strip();
            run("Freeze", () -> operations.freeze(why, Duration.ofMinutes(minutes.getValue())));
        }
    }

    private void unfreeze() {
        if (confirmed(
                "Lift the freeze",
                "Unfreeze",
                new Label("Scaling, rollouts and nodes are decided on again."))) {
            run("Unfreeze", operations::unfreeze);
        }
    }

    private boolean confirmed(String title, String verb, Node content) {
        var alert = new Alert(Alert.AlertType.CONFIRMATION);
        alert.initOwner(getScene().getWindow());
        alert.setTitle(title);
        alert.setHeaderText(title);
        alert.getDialogPane().setContent(content);
        var act = new ButtonType(verb, ButtonType.OK.getButtonData());
        alert.getButtonTypes().setAll(act, ButtonType.CANCEL);
        return alert.showAndWait().filter(act::equals).isPresent();
    }

    private void run(String what, Call call) {
        background.execute(() -> {
            try {
                var outcome = call.make();
                Platform.runLater(() -> tell(what, outcome));
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void tell(String what, Outcome outcome) {
        if (outcome instanceof Outcome.Refused(var message, var advice)) {
            var alert = new Alert(Alert.AlertType.ERROR, (message + "\n" + advice).strip());
            alert.initOwner(getScene().getWindow());
            alert.setHeaderText(what + " was refused");
            alert.show();
        }
        // What was done shows in the next snapshot: the control plane says so, not this window.
    }
}
