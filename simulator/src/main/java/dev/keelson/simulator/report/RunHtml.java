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
        html.append(table(report));
        double ready =
                report.rows().stream()
                        .flatMap(r -> r.course().stream())
                        .mapToDouble(Point::live)
                        .max()
                        .orElse(1);
        double cost = report.rows().stream().mapToDouble(RunResult::cost).max().orElse(1);
        report.rows().forEach(r -> html.append(section(r, ready, cost)));
        html.append(TenantReport.html(report.rows()));
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
        return "<section><h2>%s</h2><p class=\"small\">%s</p><div class=\"charts\">%s%s%s%s</div></section>"
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
                                List.of(new Line("", "a", Point::arrivalsPerSecond))),
                        chart(
                                "Replicas",
                                r.course(),
                                mostReplicas,
                                List.of(
                                        new Line("paid for", "b", Point::live),
                                        new Line("READY", "a", Point::ready))),
                        chart(
                                "SLO attainment of the arrivals",
                                r.course(),
                                1,
                                List.of(new Line("", "c", Point::attainment))),
                        chart(
                                "Cost so far",
                                r.course(),
                                mostCost,
                                List.of(new Line("", "d", Point::cost))));
    }

    private record Line(String name, String style, ToDoubleFunction<Point> value) {}

    /** Lines of a name are told apart in the caption. */
    private static String chart(String title, List<Point> course, double most, List<Line> lines) {
        double step = step(most <= 0 ? 1 : most);
        double top = step * Math.max(1, Math.ceil(most / step - 1e-9));
        double end = course.isEmpty() ? 1 : Math.max(1, course.getLast().seconds());
        var svg = new StringBuilder();
        svg.append("<figure><figcaption>").append(escaped(title));
        for (Line line : lines) {
            if (!line.name().isEmpty()) {
                svg.append(" <span class=\"key ")
                        .append(line.style())
                        .append("\"></span>")
                        .append(escaped(line.name()));
            }
        }
        svg.append("</figcaption>")
                .append(
                        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
                                .formatted(WIDTH + 76, HEIGHT + 34, escaped(title)));
        for (int i = 0; i * step <= top + step / 2; i++) {
            double y = TOP + HEIGHT * (1 - i * step / top);
            svg.append(
                    String.format(
                            Locale.ROOT,
                            "<line class=\"grid\" x1=\"52\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text x=\"46\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                            WIDTH + 52,
                            y,
                            y,
                            y + 4,
                            label(i * step)));
        }
        double tick = tick(end);
        for (int i = 0; i * tick <= end * 1.001; i++) {
            svg.append(
                    String.format(
                            Locale.ROOT,
                            "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                            52 + WIDTH * i * tick / end,
                            HEIGHT + TOP + 20,
                            duration(i * tick, tick)));
        }
        for (Line line : lines) {
            svg.append("<polyline class=\"").append(line.style()).append("\" points=\"");
            for (Point p : course) {
                double x = 52 + WIDTH * p.seconds() / end;
                double y = TOP + HEIGHT * (1 - line.value().applyAsDouble(p) / top);
                svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
            }
            svg.append("\"/>");
        }
        return svg.append("</svg></figure>").toString();
    }

    /** Of 1, 2, 2.5, 5 times a power of ten: the smallest of which four reach the value. */
    private static double step(double most) {
        double power = StrictMath.pow(10, Math.floor(StrictMath.log10(most / 4)));
        for (double times : new double[] {1, 2, 2.5, 5, 10}) {
            if (times * power * 4 >= most - 1e-9) {
                return times * power;
            }
        }
        return 10 * power;
    }

    /** Whole minutes, hours or days, of which at most eight fit. */
    private static double tick(double end) {
        for (double tick :
                new double[] {
                    60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400
                }) {
            if (end / tick <= 8) {
                return tick;
            }
        }
        return 86_400 * Math.ceil(end / 86_400 / 8);
    }

    private static String label(double value) {
        return value >= 100 || Math.abs(value - Math.rint(value)) < 1e-9
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.2f", value).replaceAll("0+$", "");
    }

    private static String duration(double seconds, double tick) {
        if (tick >= 86_400) {
            return String.format(Locale.ROOT, "day %.0f", seconds / 86_400);
        }
        return tick >= 3_600
                ? String.format(Locale.ROOT, "%.0f h", seconds / 3_600)
                : String.format(Locale.ROOT, "%.0f min", seconds / 60);
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
            main{max-width:1120px;margin:0 auto;padding:24px 16px}
            h1{font-size:24px;margin:0 0 8px}h2{font-size:18px;margin:32px 0 0}
            p{margin:4px 0}.small{color:var(--soft);font-size:13px}
            .wide{overflow-x:auto;margin:16px 0}
            table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums;white-space:nowrap}
            th,td{padding:4px 10px;text-align:right;border-bottom:1px solid var(--rule)}
            th:first-child,td:first-child{text-align:left}
            td.low{color:var(--d);font-weight:600}
            .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:0 24px}
            .key{display:inline-block;width:14px;margin:0 4px 3px 12px;border-top:2px solid}
            .key.a{border-color:var(--a)}.key.b{border-color:var(--b)}
            figure{margin:12px 0}figcaption{font-size:13px;color:var(--soft)}
            svg{width:100%;height:auto}svg text{fill:var(--soft);font-size:15px}
            .grid{stroke:var(--rule)}polyline{fill:none;stroke-width:1.5}
            .a{stroke:var(--a)}.b{stroke:var(--b)}.c{stroke:var(--c)}.d{stroke:var(--d)}
            """;
}
