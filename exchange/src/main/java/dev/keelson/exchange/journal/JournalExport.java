package dev.keelson.exchange.journal;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * Writes a journal as JSON Lines: a header; then per entry an input line ({@code "kind":"input"}:
 * state, memory, forecasts if any, and policies only where they changed) and one line per decision,
 * as `get decisions` prints it. A forecast that stood in the input line before is referred to by
 * its hash. Not thread-safe.
 */
public final class JournalExport {
    private final Appendable out;
    private String lastPolicies = "";
    private Set<String> forecastsBefore = Set.of();

    /** Writes the header. */
    public JournalExport(Appendable out) throws IOException {
        this.out = out;
        var header = JournalCodec.JSON.createObjectNode();
        header.put("kind", "header");
        header.put("format", "keelson-journal");
        header.put("version", JournalCodec.VERSION);
        line(JournalCodec.text(header));
    }

    /** Appends one entry; entries come in the order of their ids. */
    public void append(JournalEntry entry) throws IOException {
        var input = JournalCodec.JSON.createObjectNode();
        input.put("kind", "input");
        input.put("entry", entry.id());
        input.put("plannerVersion", entry.plannerVersion());
        var policies = RecordJson.write(entry.policies());
        var key = entry.policies().hash();
        input.put("policiesHash", key);
        var text = JournalCodec.text(policies);
        if (!text.equals(lastPolicies)) {
            lastPolicies = text;
            input.set("policies", policies);
        }
        input.set("state", RecordJson.write(entry.state()));
        input.set("memory", RecordJson.write(entry.memory()));
        var now = new HashSet<String>();
        if (!entry.forecasts().outlooks().isEmpty()) {
            var forecasts = RecordJson.write(entry.forecasts());
            ForecastParts.refer(
                    forecasts,
                    (hash, _) -> {
                        now.add(hash);
                        return forecastsBefore.contains(hash);
                    });
            input.set("forecasts", forecasts);
        }
        forecastsBefore = now;
        line(JournalCodec.text(input));
        var decisions = entry.plan().decisions();
        for (int i = 0; i < decisions.size(); i++) {
            line(
                    JournalCodec.decisionText(
                            entry.decisionId(i), entry.state().observedAt(), decisions.get(i)));
        }
    }

    private void line(String text) throws IOException {
        out.append(text).append('\n');
    }
}
