package dev.keelson.console.view;

import atlantafx.base.theme.Styles;
import dev.keelson.console.model.Connection;
import dev.keelson.console.model.DecisionRow;
import dev.keelson.console.model.Figures;
import dev.keelson.console.model.FleetModel;
import dev.keelson.console.model.Snapshot.DeploymentRow;
import dev.keelson.console.model.Snapshot.Point;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import javafx.application.Application;
import javafx.geometry.Orientation;
import javafx.scene.control.Button;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.SplitPane;
import javafx.scene.control.Tab;
import javafx.scene.control.TabPane;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;

/** The whole window: key figures, charts, tables, decisions. Lives on the FX thread. */
public final class FleetWindow extends BorderPane {
    private final FleetModel model;
    private final Label state = new Label();
    private final Label facts = new Label();
    private final Label connection = new Label();
    private final Label notes = new Label();
    private final ComboBox<String> deployment = new ComboBox<>();
    private final KpiStrip figures = new KpiStrip();
    private final Button themeSwitch = new Button();
    private final TimeSeriesChart replicas =
            new TimeSeriesChart(
                    "Replicas",
                    List.of(
                            new TimeSeriesChart.Line(
                                    "ready", theme -> theme.ready, Point::ready, true, true, false),
                            new TimeSeriesChart.Line(
                                    "wanted",
                                    theme -> theme.text,
                                    Point::wanted,
                                    true,
                                    false,
                                    true),
                            new TimeSeriesChart.Line(
                                    "draining",
                                    theme -> theme.warning,
                                    Point::draining,
                                    true,
                                    false,
                                    false)),
                    Figures::number);
    private final TimeSeriesChart demand =
            new TimeSeriesChart(
                    "Demand, requests/s",
                    List.of(
                            new TimeSeriesChart.Line(
                                    "arrivals",
                                    theme -> theme.demand,
                                    Point::arrivalsPerSecond,
                                    false,
                                    true,
                                    false)),
                    Figures::number);
    private final TimeSeriesChart ttft =
            new TimeSeriesChart(
                    "Time to first token",
                    List.of(
                            new TimeSeriesChart.Line(
                                    "p99",
                                    theme -> theme.ttft,
                                    Point::ttftP99Seconds,
                                    false,
                                    false,
                                    false),
                            new TimeSeriesChart.Line(
                                    "p50",
                                    theme -> theme.muted,
                                    Point::ttftP50Seconds,
                                    false,
                                    false,
                                    true)),
                    Figures::seconds);
    private Theme theme;

    public FleetWindow(FleetModel model, Operations operations, Executor background, Theme theme) {
        this.model = model;
        this.theme = theme;
        getStyleClass().add("fleet");
        getStylesheets()
                .add(
                        FleetWindow.class
                                .getResource("/keelson-console/console.css")
                                .toExternalForm());
        setTop(new VBox(header(operations, background), notes));
        setCenter(content());
        notes.setId("notes");
        notes.setWrapText(true);
        notes.setMaxWidth(Double.MAX_VALUE);
        notes.getStyleClass().addAll("notes", Styles.WARNING);
        model.snapshotsProperty().subscribe(this::refresh);
        model.statusProperty().subscribe(this::refresh);
        model.connectionProperty().subscribe(this::refresh);
        deployment.valueProperty().subscribe(this::refresh);
        applyTheme();
    }

    private HBox header(Operations operations, Executor background) {
        var brand = new Label("Keelson");
        brand.getStyleClass().add(Styles.TITLE_3);
        state.setId("state");
        facts.setId("facts");
        facts.getStyleClass().add(Styles.TEXT_MUTED);
        connection.setId("connection");
        deployment.setAccessibleText("Deployment");
        var gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        themeSwitch.setId("theme");
        themeSwitch.getStyleClass().add(Styles.FLAT);
        themeSwitch.setOnAction(event -> {
            theme = theme.other();
            applyTheme();
        });
        var bar = new OperationsBar(model, operations, background, this::chosen);
        var header =
                new HBox(14, brand, state, facts, deployment, gap, connection, bar, themeSwitch);
        header.getStyleClass().add("header");
        return header;
    }

    private SplitPane content() {
        var charts = new VBox(6, replicas, demand, ttft);
        charts.getStyleClass().add("card");
        charts.getChildren().forEach(chart -> VBox.setVgrow(chart, Priority.ALWAYS));
        var tabs =
                new TabPane(
                        tab("Replicas", Tables.replicas(model)),
                        tab("Nodes", Tables.nodes(model)),
                        tab("Incidents", Tables.incidents(model)));
        tabs.setId("tables");
        var left = new SplitPane(charts, tabs);
        left.setOrientation(Orientation.VERTICAL);
        left.setDividerPositions(0.66);
        var column = new VBox(10, figures, left);
        VBox.setVgrow(left, Priority.ALWAYS);
        var split = new SplitPane(column, new DecisionsView(model));
        split.setDividerPositions(0.7);
        split.getStyleClass().add("content");
        return split;
    }

    private static Tab tab(String title, javafx.scene.Node content) {
        var tab = new Tab(title, content);
        tab.setClosable(false);
        return tab;
    }

    private void refresh() {
        var status = model.statusProperty().get();
        Tables.showState(state, status.state());
        facts.setText(
                "epoch " + Figures.number(status.epoch()) + (status.paced() ? "  ·  paced" : ""));
        showConnection(model.connectionProperty().get());
        showNotes();
        showDeployments();
        var row = chosen();
        List<Point> points = row == null ? List.of() : model.points(row.name());
        figures.show(points.isEmpty() ? null : points.getLast());
        var marks = marks(row);
        replicas.show(points, marks, null, theme);
        demand.show(points, marks, null, theme);
        Double slo = row == null ? null : row.sloTtftMs();
        ttft.show(points, marks, slo == null ? null : Double.valueOf(slo / 1_000), theme);
    }

    private List<Instant> marks(@Nullable DeploymentRow row) {
        return model.decisions().stream()
                .filter(decision -> !decision.actions().isEmpty())
                .filter(decision ->
                        decision.deployment().isEmpty()
                                || (row != null && decision.deployment().equals(row.name())))
                .map(DecisionRow::time)
                .toList();
    }

    private void showConnection(Connection now) {
        connection.setText(
                switch (now) {
                    case CONNECTING -> "○ connecting";
                    case LIVE -> "● live";
                    case LOST -> "✖ disconnected";
                    case UNAUTHORISED -> "✖ not signed in";
                });
        connection.getStyleClass().removeAll(Styles.SUCCESS, Styles.DANGER);
        if (now != Connection.CONNECTING) {
            connection.getStyleClass().add(now == Connection.LIVE ? Styles.SUCCESS : Styles.DANGER);
        }
    }

    private void showNotes() {
        var sentences = new ArrayList<String>();
        switch (model.connectionProperty().get()) {
            case LOST ->
                    sentences.add(
                            "The control plane does not answer: what is shown is old. The fleet goes on serving.");
            case UNAUTHORISED ->
                    sentences.add(
                            "The token is missing, wrong or too weak: give one with --token-file or KEELSON_TOKEN.");
            case CONNECTING, LIVE -> {}
        }
        var status = model.statusProperty().get();
        if (status.breakerOpen()) {
            sentences.add(
                    "Breaker open: too many nodes fell silent at once, nothing is replaced until they are heard.");
        }
        sentences.addAll(status.degraded());
        sentences.addAll(status.freezes());
        notes.setText(
                String.join("\n", sentences.stream().map(sentence -> "▲ " + sentence).toList()));
        notes.setVisible(!sentences.isEmpty());
        notes.setManaged(!sentences.isEmpty());
    }

    private void showDeployments() {
        var names = model.deployments().stream().map(DeploymentRow::name).toList();
        if (!deployment.getItems().equals(names)) {
            String before = deployment.getValue();
            deployment.getItems().setAll(names);
            if (names.contains(before)) {
                deployment.setValue(before);
            } else if (!names.isEmpty()) {
                deployment.setValue(names.getFirst());
            }
        }
    }

    private @Nullable DeploymentRow chosen() {
        String name = deployment.getValue();
        return model.deployments().stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private void applyTheme() {
        Application.setUserAgentStylesheet(theme.stylesheet());
        themeSwitch.setText(theme == Theme.DARK ? "Light" : "Dark");
        refresh();
    }
}
