package dev.keelson.console.view;

import atlantafx.base.theme.Styles;
import dev.keelson.console.model.Figures;
import dev.keelson.console.model.Snapshot.Point;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;

/** The key figures of one deployment. */
final class KpiStrip extends HBox {
    private final Tile replicas = new Tile("Replicas ready");
    private final Tile demand = new Tile("Demand");
    private final Tile load = new Tile("In flight");
    private final Tile ttft = new Tile("TTFT p99");
    private final Tile age = new Tile("Age of newest demand");

    KpiStrip() {
        super(10);
        getChildren().addAll(replicas, demand, load, ttft, age);
        getChildren().forEach(tile -> HBox.setHgrow(tile, Priority.ALWAYS));
        show(null);
    }

    void show(@Nullable Point point) {
        if (point == null) {
            getChildren().forEach(tile -> ((Tile) tile).show(Figures.UNKNOWN, ""));
            return;
        }
        replicas.show(
                Figures.number(point.ready()) + " of " + Figures.number(point.wanted()),
                "%s starting, %s draining"
                        .formatted(
                                Figures.number(point.starting()),
                                Figures.number(point.draining())));
        demand.show(Figures.number(point.arrivalsPerSecond()), "requests/s");
        load.show(Figures.number(point.inFlight()), Figures.number(point.queued()) + " queued");
        ttft.show(
                Figures.seconds(point.ttftP99Seconds()),
                "p50 " + Figures.seconds(point.ttftP50Seconds()));
        age.show(Figures.millis(point.demandAgeMs()), "since the newest window");
    }

    private static final class Tile extends VBox {
        private final Label value = new Label();
        private final Label note = new Label();

        Tile(String name) {
            super(1);
            var label = new Label(name);
            label.getStyleClass().addAll(Styles.TEXT_MUTED, Styles.TEXT_SMALL);
            value.getStyleClass().add(Styles.TITLE_2);
            note.getStyleClass().addAll(Styles.TEXT_MUTED, Styles.TEXT_SMALL);
            getChildren().addAll(label, value, note);
            getStyleClass().addAll("card", "tile");
            setMaxWidth(Double.MAX_VALUE);
            setPrefWidth(200);
        }

        void show(String text, String detail) {
            value.setText(text);
            note.setText(detail);
        }
    }
}
