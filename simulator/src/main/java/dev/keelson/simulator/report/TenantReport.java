package dev.keelson.simulator.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.keelson.simulator.world.RunResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** The tenants' part of a report. */
final class TenantReport {
    /** The share of requests within the SLO below which a tenant is told of. */
    private static final double WANTED = 0.99;

    private TenantReport() {}

    static void toJson(RunResult r, ArrayNode into) {
        r.tenants()
                .forEach((name, t) -> {
                    var node = into.addObject();
                    node.put("name", name);
                    node.put("requests", t.requests());
                    node.put("sloAttainment", RunReport.round(t.sloAttainment(), 6));
                    node.set("ttftSecondsP99", RunReport.number(t.ttftSecondsP99()));
                    node.put("refused", t.refused());
                    node.put("failed", t.failed());
                });
    }

    /** One line a policy: the tenant that is served worst. Empty where the trace names none. */
    static List<String> lines(List<RunResult> rows) {
        var lines = new ArrayList<String>();
        for (RunResult r : rows) {
            r.tenants().entrySet().stream()
                    .min(Comparator.comparingDouble(e -> e.getValue().sloAttainment()))
                    .ifPresent(worst ->
                            lines.add(
                                    String.format(
                                            Locale.ROOT,
                                            "%s: of %d tenants %d below %.0f %% within the SLO, the lowest %s with %.2f %% of %d requests",
                                            r.policy(),
                                            r.tenants().size(),
                                            r.tenants().values().stream()
                                                    .filter(t -> t.sloAttainment() < WANTED)
                                                    .count(),
                                            WANTED * 100,
                                            worst.getKey(),
                                            worst.getValue().sloAttainment() * 100,
                                            worst.getValue().requests())));
        }
        return lines;
    }

    /** A table of tenants and policies: share within the SLO. Empty where there are no tenants. */
    static String html(List<RunResult> rows) {
        var names = new TreeSet<String>();
        rows.forEach(r -> names.addAll(r.tenants().keySet()));
        if (names.isEmpty()) {
            return "";
        }
        var html =
                new StringBuilder(
                        "<h2>Tenants: share within the SLO</h2><div class=\"wide\"><table><thead><tr><th>tenant</th><th>requests</th>");
        rows.forEach(r -> html.append("<th>").append(RunHtml.escaped(r.policy())).append("</th>"));
        html.append("</tr></thead><tbody>");
        for (var name : names) {
            html.append("<tr><td>").append(RunHtml.escaped(name)).append("</td>");
            var first = rows.getFirst().tenants().get(name);
            cell(html, false, first == null ? "-" : Long.toString(first.requests()));
            for (RunResult r : rows) {
                var t = r.tenants().get(name);
                cell(
                        html,
                        t != null && t.sloAttainment() < WANTED,
                        t == null
                                ? "-"
                                : String.format(Locale.ROOT, "%.2f %%", t.sloAttainment() * 100));
            }
            html.append("</tr>");
        }
        return html.append("</tbody></table></div>").toString();
    }

    private static void cell(StringBuilder html, boolean low, String text) {
        html.append(low ? "<td class=\"low\">" : "<td>").append(text).append("</td>");
    }
}
