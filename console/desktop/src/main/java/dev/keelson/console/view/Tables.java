package dev.keelson.console.view;

import atlantafx.base.theme.Styles;
import atlantafx.base.theme.Tweaks;
import dev.keelson.console.model.Figures;
import dev.keelson.console.model.FleetModel;
import dev.keelson.console.model.Snapshot.IncidentRow;
import dev.keelson.console.model.Snapshot.NodeRow;
import dev.keelson.console.model.Snapshot.ReplicaRow;
import java.util.List;
import java.util.function.Function;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.collections.ObservableList;
import javafx.scene.control.Label;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;

/** The tables of replicas, nodes and incidents. */
final class Tables {
    private static final List<String> STATE_STYLES =
            List.of(Styles.SUCCESS, Styles.WARNING, Styles.DANGER, Styles.ACCENT);

    private Tables() {}

    static TableView<ReplicaRow> replicas(FleetModel model) {
        var table = table(model.replicas(), "No replica runs.");
        table.setId("replicas");
        table.getColumns().add(column("Replica", 130, ReplicaRow::name));
        table.getColumns().add(state(column("State", 110, ReplicaRow::state)));
        table.getColumns().add(column("Node", 100, ReplicaRow::node));
        table.getColumns().add(column("Revision", 70, row -> Figures.number(row.revision())));
        table.getColumns().add(column("In flight", 80, row -> Figures.number(row.inFlight())));
        table.getColumns().add(column("Queued", 70, row -> Figures.number(row.queued())));
        table.getColumns().add(column("KV use", 70, row -> Figures.percent(row.kvUse())));
        table.getColumns().add(column("Start-up", 90, row -> Figures.millis(row.startupMs())));
        return table;
    }

    static TableView<NodeRow> nodes(FleetModel model) {
        var table = table(model.nodes(), "No node has joined.");
        table.setId("nodes");
        table.getColumns().add(column("Node", 110, NodeRow::name));
        table.getColumns().add(state(column("State", 110, NodeRow::state)));
        table.getColumns().add(column("Fault domain", 190, NodeRow::domain));
        table.getColumns().add(column("Capacity", 100, row -> Figures.words(row.capacityType())));
        table.getColumns().add(column("Heard", 90, row -> Figures.millis(row.heartbeatAgeMs())));
        table.getColumns().add(column("Cordoned", 80, row -> row.cordoned() ? "yes" : "no"));
        table.getColumns().add(column("Notice", 140, NodeRow::notice));
        return table;
    }

    static TableView<IncidentRow> incidents(FleetModel model) {
        var table = table(model.incidents(), "No incident.");
        table.setId("incidents");
        table.getColumns()
                .add(
                        state(
                                column(
                                        "State",
                                        90,
                                        row -> row.resolvedAt() == null ? "OPEN" : "RESOLVED")));
        table.getColumns().add(column("Kind", 100, row -> Figures.words(row.kind())));
        table.getColumns().add(column("Target", 90, IncidentRow::target));
        table.getColumns().add(column("Opened", 80, row -> Figures.clock(row.openedAt())));
        table.getColumns().add(column("Detected", 75, row -> Figures.millis(row.detectedMs())));
        table.getColumns().add(column("Rerouted", 75, row -> Figures.millis(row.reroutedMs())));
        table.getColumns().add(column("Recovered", 80, row -> Figures.millis(row.recoveredMs())));
        return table;
    }

    private static <T> TableView<T> table(ObservableList<T> rows, String empty) {
        var table = new TableView<>(rows);
        table.setPlaceholder(new Label(empty));
        table.setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_FLEX_LAST_COLUMN);
        table.getStyleClass().addAll(Styles.DENSE, Styles.STRIPED, Tweaks.EDGE_TO_EDGE);
        return table;
    }

    private static <T> TableColumn<T, String> column(
            String title, double width, Function<T, String> text) {
        var column = new TableColumn<T, String>(title);
        column.setPrefWidth(width);
        column.setCellValueFactory(cell -> new ReadOnlyStringWrapper(text.apply(cell.getValue())));
        return column;
    }

    /** A state as shape, word and colour: colour alone would leave some readers out. */
    private static <T> TableColumn<T, String> state(TableColumn<T, String> column) {
        column.setCellFactory(ignored ->
                new TableCell<>() {
                    @Override
                    protected void updateItem(String state, boolean empty) {
                        super.updateItem(state, empty);
                        if (empty || state == null) {
                            setGraphic(null);
                        } else {
                            setGraphic(stateLabel(state));
                        }
                    }
                });
        return column;
    }

    static Label stateLabel(String state) {
        var label = new Label();
        showState(label, state);
        return label;
    }

    static void showState(Label label, String state) {
        label.getStyleClass().removeAll(STATE_STYLES);
        String style =
                switch (state) {
                    case "READY", "ready" -> Styles.SUCCESS;
                    case "FAILED", "LOST", "OPEN" -> Styles.DANGER;
                    case "DRAINING", "SUSPECT", "degraded" -> Styles.WARNING;
                    default -> Styles.ACCENT;
                };
        String shape =
                switch (style) {
                    case Styles.SUCCESS -> "●";
                    case Styles.DANGER -> "✖";
                    case Styles.WARNING -> "▲";
                    default -> "○";
                };
        label.setText(shape + " " + Figures.words(state));
        label.getStyleClass().add(style);
    }
}
