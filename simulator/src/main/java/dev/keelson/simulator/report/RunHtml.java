package dev.keelson.simulator.report;

import dev.keelson.simulator.world.RunResult;
import dev.keelson.simulator.world.RunResult.Point;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * One HTML file with everything in it: the table, the parameters, and per policy the demand, the
 * replicas, the SLO attainment and the cost over time. It follows the reader's light or dark theme
 * and loads nothing.
 */
public final class RunHtml {
    private static final int WIDTH = 680;
    private static final int HEIGHT = 120;
    private static final int TOP = 10;

    private RunHtml() {}

    public static String of(RunReport report) {
        var html = new StringBuilder();
        html.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width\">")
                .append("<title>")
                .append(escaped("Fleet simulation: " + report.trace().source()))
                .append("</title><style>")
                .append(STYLE)
                .append("</style></head><body><main>");
        html.append("<h1>Fleet simulation</h1>");
        report.toLines().stream()
                .takeWhile(line -> !line.isEmpty())
                .forEach(line -> html.append("<p>").append(escaped(line)).append("</p>"));
        html.append(table(report)).append(TenantReport.html(report.rows()));
        double ready =
                report.rows().stream()
                        .flatMap(r -> r.course().stream())
                        .mapToDouble(Point::live)
                        .max()
                        .orElse(1);
        double cost = report.rows().stream().mapToDouble(RunResult::cost).max().orElse(1);
        report.rows().forEach(r -> html.append(section(r, ready, cost)));
        return html.append("</main></body></html>\n").toString();
    }

    private static String table(RunReport report) {
        var html = new StringBuilder("<div class=\"wide\"><table><thead><tr>");
        report.headings().forEach(h -> html.append("<th>").append(escaped(h)).append("</th>"));
        html.append("</tr></thead><tbody>");
        for (RunResult r : report.rows()) {
            html.append("<tr>");
            report.cells(r).forEach(c -> html.append("<td>").append(escaped(c)).append("</td>"));
            html.append("</tr>");
        }
        return html.append("</tbody></table></div>").toString();
    }

    private static String section(RunResult r, double mostReplicas, double mostCost) {
        double mostDemand =
                r.course().stream().mapToDouble(Point::arrivalsPerSecond).max().orElse(1);
        return "<section><h2>%s</h2><p class=\"small\">%s</p>%s%s%s%s</section>"
                .formatted(
                        escaped(r.policy()),
                        escaped(
                                r.parameters().entrySet().stream()
                                        .map(e -> e.getKey() + " = " + e.getValue())
                                        .collect(Collectors.joining("; "))),
                        chart(
                                "Demand, requests/s",
                                r.course(),
                                mostDemand,
                                List.of(new Line("demand", "a", Point::arrivalsPerSecond))),
                        chart(
                                "Replicas: paid for, READY",
                                r.course(),
                                mostReplicas,
                                List.of(
                                        new Line("paid for", "b", Point::live),
                                        new Line("READY", "a", Point::ready))),
                        chart(
                                "SLO attainment of the arrivals",
                                r.course(),
                                1,
                                List.of(new Line("attainment", "c", Point::attainment))),
                        chart(
                                "Cost so far",
                                r.course(),
                                mostCost,
                                List.of(new Line("cost", "d", Point::cost))));
    }

    private record Line(String name, String style, ToDoubleFunction<Point> value) {}

    private static String chart(String title, List<Point> course, double most, List<Line> lines) {
        double top = most <= 0 ? 1 : most;
        var svg = new StringBuilder();
        svg.append("<figure><figcaption>")
                .append(escaped(title))
                .append("</figcaption>")
                .append(
                        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
                                .formatted(WIDTH + 76, HEIGHT + 34, escaped(title)));
        for (int i = 0; i <= 2; i++) {
            double y = TOP + HEIGHT - HEIGHT * i / 2.0;
            svg.append(
                    String.format(
                            Locale.ROOT,
                            "<line class=\"grid\" x1=\"52\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text x=\"46\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                            WIDTH + 52,
                            y,
                            y,
                            y + 4,
                            label(top * i / 2)));
        }
        double end = course.isEmpty() ? 1 : course.getLast().seconds();
        for (int i = 0; i <= 4; i++) {
            svg.append(
                    String.format(
                            Locale.ROOT,
                            "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                            52 + WIDTH * i / 4.0,
                            HEIGHT + TOP + 16,
                            duration(end * i / 4)));
        }
        for (Line line : lines) {
            svg.append("<polyline class=\"").append(line.style()).append("\" points=\"");
            for (Point p : course) {
                double x = 52 + WIDTH * (end == 0 ? 0 : p.seconds() / end);
                double y = TOP + HEIGHT * (1 - line.value().applyAsDouble(p) / top);
                svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
            }
            svg.append("\"><title>").append(escaped(line.name())).append("</title></polyline>");
        }
        return svg.append("</svg></figure>").toString();
    }

    private static String label(double value) {
        return value >= 100 || value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.2f", value);
    }

    private static String duration(double seconds) {
        return seconds < 36_000
                ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
                : String.format(Locale.ROOT, "%.1f h", seconds / 3_600);
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static final String STYLE =
            """
            :root{color-scheme:light dark;--ink:#1b2330;--paper:#fff;--soft:#5b6675;--rule:#d8dee6;\
            --a:#1261c9;--b:#b8860b;--c:#1b8a4b;--d:#b3372f}
            @media (prefers-color-scheme:dark){:root{--ink:#e6ebf2;--paper:#12161c;--soft:#9aa6b5;\
            --rule:#2c3540;--a:#6cb0ff;--b:#e3b341;--c:#4cc38a;--d:#ff8a80}}
            body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
            main{max-width:820px;margin:0 auto;padding:24px 16px}
            h1{font-size:24px;margin:0 0 8px}h2{font-size:18px;margin:32px 0 0}
            p{margin:4px 0}.small{color:var(--soft);font-size:13px}
            .wide{overflow-x:auto;margin:16px 0}
            table{border-collapse:collapse;font-variant-numeric:tabular-nums;white-space:nowrap}
            th,td{padding:4px 10px;text-align:right;border-bottom:1px solid var(--rule)}
            th:first-child,td:first-child{text-align:left}
            figure{margin:12px 0}figcaption{font-size:13px;color:var(--soft)}
            svg{width:100%;height:auto}svg text{fill:var(--soft);font-size:11px}
            .grid{stroke:var(--rule)}polyline{fill:none;stroke-width:1.5}
            .a{stroke:var(--a)}.b{stroke:var(--b)}.c{stroke:var(--c)}.d{stroke:var(--d)}
            """;
}
