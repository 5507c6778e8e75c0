package dev.keelson.console.view;

import dev.keelson.console.model.Figures;
import dev.keelson.console.model.FleetModel;
import dev.keelson.console.model.Snapshot.Point;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import javafx.geometry.VPos;
import javafx.scene.AccessibleRole;
import javafx.scene.canvas.Canvas;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.layout.Region;
import javafx.scene.paint.Color;
import javafx.scene.text.Font;
import javafx.scene.text.FontWeight;
import javafx.scene.text.Text;
import javafx.scene.text.TextAlignment;
import org.jspecify.annotations.Nullable;

/**
 * Lines over the last quarter of an hour, with decision marks. A line breaks where nothing was
 * measured.
 */
final class TimeSeriesChart extends Region {
    private static final double LEFT = 56;
    private static final double RIGHT = 12;
    private static final double TOP = 30;
    private static final double BOTTOM = 22;
    private static final Font SMALL = Font.font("System", 11);
    private static final Font BOLD = Font.font("System", FontWeight.BOLD, 12);

    /**
     * @param stepped holds its value until the next point
     * @param filled the area below is tinted
     * @param dashed for what is wanted, beside what is
     */
    record Line(
            String name,
            Function<Theme, Color> colour,
            Function<Point, @Nullable Double> value,
            boolean stepped,
            boolean filled,
            boolean dashed) {}

    private final Canvas canvas = new Canvas();
    private final String title;
    private final List<Line> lines;
    private final DoubleFunction<String> format;
    private List<Point> points = List.of();
    private List<Instant> marks = List.of();
    private @Nullable Double threshold;
    private Theme theme = Theme.DARK;

    TimeSeriesChart(String title, List<Line> lines, DoubleFunction<String> format) {
        this.title = title;
        this.lines = List.copyOf(lines);
        this.format = format;
        getChildren().add(canvas);
        setMinHeight(110);
        setPrefHeight(150);
        setAccessibleRole(AccessibleRole.IMAGE_VIEW);
    }

    void show(
            List<Point> newPoints,
            List<Instant> newMarks,
            @Nullable Double newThreshold,
            Theme newTheme) {
        points = newPoints;
        marks = newMarks;
        threshold = newThreshold;
        theme = newTheme;
        setAccessibleText(title + ": " + legend());
        draw();
    }

    @Override
    protected void layoutChildren() {
        canvas.setWidth(getWidth());
        canvas.setHeight(getHeight());
        draw();
    }

    private void draw() {
        var g = canvas.getGraphicsContext2D();
        g.clearRect(0, 0, canvas.getWidth(), canvas.getHeight());
        if (canvas.getWidth() < LEFT + RIGHT + 20 || canvas.getHeight() < TOP + BOTTOM + 10) {
            return;
        }
        g.setTextBaseline(VPos.CENTER);
        drawTitle(g);
        double top = axisTop();
        drawGrid(g, top);
        if (points.isEmpty()) {
            g.setFill(theme.muted);
            g.setTextAlign(TextAlignment.CENTER);
            g.fillText("nothing measured yet", canvas.getWidth() / 2, canvas.getHeight() / 2);
            return;
        }
        drawMarks(g);
        drawThreshold(g, top);
        lines.forEach(line -> drawLine(g, line, top));
    }

    private void drawTitle(GraphicsContext g) {
        g.setFont(BOLD);
        g.setFill(theme.text);
        g.setTextAlign(TextAlignment.LEFT);
        g.fillText(title, 8, 12);
        g.setFont(SMALL);
        double x = canvas.getWidth() - RIGHT;
        g.setTextAlign(TextAlignment.RIGHT);
        for (Line line : lines.reversed()) {
            String text = line.name() + " " + reading(line);
            g.setFill(theme.muted);
            g.fillText(text, x, 12);
            x -= widthOf(text) + 6;
            g.setFill(line.colour().apply(theme));
            g.fillRoundRect(x - 10, 10, 12, 4, 3, 3);
            x -= 26;
        }
    }

    private void drawGrid(GraphicsContext g, double top) {
        g.setLineWidth(1);
        g.setLineDashes();
        for (double share : new double[] {0, 0.5, 1}) {
            double y = Math.round(y(share * top, top)) + 0.5;
            g.setStroke(theme.grid);
            g.strokeLine(LEFT, y, canvas.getWidth() - RIGHT, y);
            g.setFill(theme.muted);
            g.setTextAlign(TextAlignment.RIGHT);
            g.fillText(format.apply(share * top), LEFT - 8, y);
        }
        if (points.isEmpty()) {
            return;
        }
        g.setTextAlign(TextAlignment.CENTER);
        long step = 180;
        long last = points.getLast().time().getEpochSecond();
        long first = last - FleetModel.HISTORY.toSeconds();
        for (long at = (first / step + 1) * step; at <= last; at += step) {
            var time = Instant.ofEpochSecond(at);
            double x = Math.min(x(time), canvas.getWidth() - RIGHT - 12);
            g.fillText(Figures.clock(time).substring(0, 5), x, canvas.getHeight() - 9);
        }
    }

    private void drawMarks(GraphicsContext g) {
        g.setFill(theme.muted);
        g.setStroke(theme.muted.deriveColor(0, 1, 1, 0.5));
        g.setLineDashes(1, 4);
        for (Instant mark : marks) {
            double x = x(mark);
            if (x >= LEFT) {
                g.strokeLine(x, TOP, x, canvas.getHeight() - BOTTOM);
                g.fillPolygon(
                        new double[] {x - 4, x + 4, x},
                        new double[] {TOP - 8, TOP - 8, TOP - 2},
                        3);
            }
        }
        g.setLineDashes();
    }

    private void drawThreshold(GraphicsContext g, double top) {
        if (threshold == null || threshold > top) {
            return;
        }
        double y = y(threshold, top);
        g.setStroke(theme.danger);
        g.setLineDashes(2, 4);
        g.strokeLine(LEFT, y, canvas.getWidth() - RIGHT, y);
        g.setLineDashes();
        g.setFill(theme.danger);
        g.setTextAlign(TextAlignment.LEFT);
        g.fillText("objective " + format.apply(threshold), LEFT + 6, y - 8);
    }

    private void drawLine(GraphicsContext g, Line line, double top) {
        var colour = line.colour().apply(theme);
        if (line.filled()) {
            g.setFill(colour.deriveColor(0, 1, 1, 0.14));
            stretches(line, top).forEach(stretch -> fill(g, stretch));
        }
        g.setStroke(colour);
        g.setLineWidth(line.dashed() ? 1.4 : 1.8);
        if (line.dashed()) {
            g.setLineDashes(5, 4);
        }
        for (List<Spot> stretch : stretches(line, top)) {
            g.beginPath();
            g.moveTo(stretch.getFirst().x(), stretch.getFirst().y());
            stretch.forEach(spot -> g.lineTo(spot.x(), spot.y()));
            g.stroke();
        }
        g.setLineDashes();
    }

    private void fill(GraphicsContext g, List<Spot> stretch) {
        double base = canvas.getHeight() - BOTTOM;
        g.beginPath();
        g.moveTo(stretch.getFirst().x(), base);
        stretch.forEach(spot -> g.lineTo(spot.x(), spot.y()));
        g.lineTo(stretch.getLast().x(), base);
        g.closePath();
        g.fill();
    }

    private record Spot(double x, double y) {}

    /** The measured pieces of a line, with the corners of steps. */
    private List<List<Spot>> stretches(Line line, double top) {
        var stretches = new ArrayList<List<Spot>>();
        var current = new ArrayList<Spot>();
        for (Point point : points) {
            Double value = line.value().apply(point);
            double x = x(point.time());
            if (value == null || x < LEFT) {
                if (!current.isEmpty()) {
                    stretches.add(current);
                    current = new ArrayList<>();
                }
                continue;
            }
            double y = y(value, top);
            if (line.stepped() && !current.isEmpty()) {
                current.add(new Spot(x, current.getLast().y()));
            }
            current.add(new Spot(x, y));
        }
        if (!current.isEmpty()) {
            stretches.add(current);
        }
        return stretches;
    }

    private double x(Instant time) {
        double age =
                (points.getLast().time().toEpochMilli() - time.toEpochMilli())
                        / (double) FleetModel.HISTORY.toMillis();
        return LEFT + (1 - age) * (canvas.getWidth() - LEFT - RIGHT);
    }

    private double y(double value, double top) {
        return canvas.getHeight() - BOTTOM - value / top * (canvas.getHeight() - TOP - BOTTOM);
    }

    private double axisTop() {
        double most = 0;
        for (Point point : points) {
            for (Line line : lines) {
                Double value = line.value().apply(point);
                most = value == null ? most : Math.max(most, value);
            }
        }
        // A threshold far above what is measured would flatten the lines.
        if (threshold != null && threshold <= most * 3) {
            most = Math.max(most, threshold);
        }
        if (lines.getFirst().stepped()) {
            return Math.max(2, 2 * Math.ceil(most / 2));
        }
        return niceTop(most * 1.08);
    }

    /** A round number at or above the value. */
    static double niceTop(double value) {
        if (value <= 0) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double step : new double[] {1, 1.5, 2, 3, 4, 5, 6, 8}) {
            if (step * power >= value * 0.9999) {
                return step * power;
            }
        }
        return 10 * power;
    }

    private static double widthOf(String text) {
        var measured = new Text(text);
        measured.setFont(SMALL);
        return measured.getLayoutBounds().getWidth();
    }

    private String legend() {
        return String.join(
                ", ",
                lines.stream()
                        .map(line ->
                                String.format(Locale.ROOT, "%s %s", line.name(), reading(line)))
                        .toList());
    }

    private String reading(Line line) {
        Double value = points.isEmpty() ? null : line.value().apply(points.getLast());
        return value == null ? Figures.UNKNOWN : format.apply(value);
    }
}
