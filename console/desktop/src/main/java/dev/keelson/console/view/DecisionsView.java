package dev.keelson.console.view;

import atlantafx.base.theme.Styles;
import atlantafx.base.theme.Tweaks;
import dev.keelson.console.model.DecisionRow;
import dev.keelson.console.model.Figures;
import dev.keelson.console.model.FleetModel;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.SplitPane;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;

/** The decisions, newest first, and what the selected one was taken from. */
final class DecisionsView extends BorderPane {
    private final VBox detail = new VBox(6);

    DecisionsView(FleetModel model) {
        var list = new ListView<>(model.decisions());
        list.setId("decisions");
        list.setAccessibleText("Decisions, newest first");
        list.setPlaceholder(new Label("Nothing has been decided yet."));
        list.getStyleClass().add(Tweaks.EDGE_TO_EDGE);
        list.setCellFactory(ignored -> new Cell());
        detail.getStyleClass().add("detail");
        detail.setId("decision-detail");
        show(null);
        list.getSelectionModel()
                .selectedItemProperty()
                .addListener((source, before, now) -> show(now));
        var scroll = new ScrollPane(detail);
        scroll.setFitToWidth(true);
        scroll.getStyleClass().add(Tweaks.EDGE_TO_EDGE);
        var split = new SplitPane(list, scroll);
        split.setOrientation(javafx.geometry.Orientation.VERTICAL);
        split.setDividerPositions(0.55);
        var heading = new Label("Decisions");
        heading.getStyleClass().addAll(Styles.TEXT_BOLD, "heading");
        setTop(heading);
        setCenter(split);
        getStyleClass().add("card");
    }

    private void show(@Nullable DecisionRow decision) {
        detail.getChildren().clear();
        if (decision == null) {
            detail.getChildren().add(muted("Select a decision to see what it was taken from."));
            return;
        }
        detail.getChildren().add(wrapped(decision.reason(), Styles.TEXT_BOLD));
        detail.getChildren()
                .add(
                        muted(
                                "%s · %s · %s"
                                        .formatted(
                                                decision.id(),
                                                Figures.clock(decision.time()),
                                                decision.actions().isEmpty()
                                                        ? "no action"
                                                        : String.join(", ", decision.actions()))));
        var inputs = new GridPane(18, 3);
        inputs.addRow(0, muted("input"), muted("value"), muted("age"));
        for (DecisionRow.Input input : decision.inputs()) {
            inputs.addRow(
                    inputs.getRowCount(),
                    new Label(input.name()),
                    new Label(Figures.number(input.value())),
                    new Label(Figures.millis(input.ageMs())));
        }
        detail.getChildren().add(inputs);
        if (!decision.rejected().isEmpty()) {
            detail.getChildren().add(muted("Considered and rejected"));
        }
        for (DecisionRow.Rejected other : decision.rejected()) {
            detail.getChildren()
                    .add(
                            wrapped(
                                    "%s: %s (cost %s replica-hours/h, utilisation %s)"
                                            .formatted(
                                                    other.candidate(),
                                                    other.constraint(),
                                                    Figures.number(other.predictedCost()),
                                                    Figures.number(other.predictedSlo())),
                                    Styles.TEXT_NORMAL));
        }
    }

    private static Label muted(String text) {
        return wrapped(text, Styles.TEXT_MUTED);
    }

    private static Label wrapped(String text, String style) {
        var label = new Label(text);
        label.setWrapText(true);
        label.setMinHeight(Region.USE_PREF_SIZE);
        label.getStyleClass().add(style);
        return label;
    }

    private static final class Cell extends ListCell<DecisionRow> {
        private final Label code = new Label();
        private final Label time = new Label();
        private final Label reason = new Label();
        private final Label actions = new Label();
        private final VBox box;

        Cell() {
            code.getStyleClass().addAll(Styles.ACCENT, Styles.TEXT_SMALL, Styles.TEXT_BOLD);
            time.getStyleClass().addAll(Styles.TEXT_MUTED, Styles.TEXT_SMALL);
            actions.getStyleClass().addAll(Styles.TEXT_MUTED, Styles.TEXT_SMALL);
            reason.setWrapText(true);
            reason.setMinHeight(Region.USE_PREF_SIZE);
            var gap = new Region();
            HBox.setHgrow(gap, Priority.ALWAYS);
            box = new VBox(2, new HBox(code, gap, time), reason, actions);
            setPrefWidth(0); // as wide as the list, so that the reason wraps instead of scrolling
            // sideways
        }

        @Override
        protected void updateItem(DecisionRow decision, boolean empty) {
            super.updateItem(decision, empty);
            if (empty || decision == null) {
                setGraphic(null);
                return;
            }
            code.setText(Figures.words(decision.code()));
            time.setText(Figures.clock(decision.time()));
            reason.setText(decision.reason());
            actions.setText(
                    decision.actions().isEmpty()
                            ? "no action"
                            : String.join(", ", decision.actions()));
            setGraphic(box);
        }
    }
}
