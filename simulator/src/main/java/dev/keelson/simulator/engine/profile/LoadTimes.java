package dev.keelson.simulator.engine.profile;

import dev.keelson.simulator.engine.ColdStart;
import dev.keelson.simulator.engine.ColdStart.Tier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads ServerlessLLM's measured load times: {@code
 * hardware_run,model,loader,mode,loading_time_s,...}, times in seconds.
 */
public final class LoadTimes {
    private static final double LONGEST_SECONDS = 3_600;

    private LoadTimes() {}

    /**
     * Load times by hardware run, then model. The suffix {@code _N} that numbers the copies of a
     * model is dropped; loaders without a tier of ours are left out.
     */
    public static SortedMap<String, SortedMap<String, ColdStart>> read(Path file)
            throws IOException {
        var times = new TreeMap<String, TreeMap<String, TreeMap<Tier, List<Double>>>>();
        var columns = List.of("hardware_run", "model", "loader", "mode", "loading_time_s");
        for (var row : CsvTable.read(file, columns).rows()) {
            double seconds = row.number("loading_time_s", 0);
            if (seconds > LONGEST_SECONDS) {
                throw row.bad(
                        "loading_time_s",
                        Double.toString(seconds),
                        "seconds, not milliseconds, below 3600");
            }
            tier(row)
                    .ifPresent(tier ->
                            times.computeIfAbsent(row.text("hardware_run"), _ -> new TreeMap<>())
                                    .computeIfAbsent(
                                            row.text("model").replaceFirst("_\\d+$", ""),
                                            _ -> new TreeMap<>())
                                    .computeIfAbsent(tier, _ -> new ArrayList<>())
                                    .add(seconds));
        }
        var coldStarts = new TreeMap<String, SortedMap<String, ColdStart>>();
        times.forEach((hardware, models) -> {
            var byModel = new TreeMap<String, ColdStart>();
            models.forEach((model, tiers) ->
                    byModel.put(model, new ColdStart(Collections.unmodifiableSortedMap(tiers))));
            coldStarts.put(hardware, Collections.unmodifiableSortedMap(byModel));
        });
        return Collections.unmodifiableSortedMap(coldStarts);
    }

    private static Optional<Tier> tier(CsvTable.Row row) {
        var mode = row.text("mode");
        boolean cached =
                switch (mode) {
                    case "cached" -> true;
                    case "random" -> false;
                    default -> throw row.bad("mode", mode, "random or cached");
                };
        return switch (row.text("loader")) {
            case "safetensors" -> Optional.of(cached ? Tier.MEMORY : Tier.DISK);
            case "sllm" -> Optional.of(cached ? Tier.FAST_MEMORY : Tier.FAST_DISK);
            default -> Optional.empty();
        };
    }
}
