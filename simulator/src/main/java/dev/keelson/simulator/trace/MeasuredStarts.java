package dev.keelson.simulator.trace;

import dev.keelson.simulator.engine.profile.LoadTimes;
import dev.keelson.simulator.engine.profile.MalformedInputException;
import dev.keelson.yaml.YamlSection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * {@code coldStart.measured} of a fleet file: tiers from measured load times. What a start takes
 * beyond loading the weights (process, graphs, first step) is not in them and is added.
 */
final class MeasuredStarts {
    private MeasuredStarts() {}

    /** The tiers that were measured, by name: disk, fast-disk, memory, fast-memory. */
    static Map<String, Fleet.ColdStart.Tier> read(YamlSection section, Path folder) {
        var file = folder.resolve(section.text("file")).normalize();
        var hardware = section.text("hardware");
        var model = section.text("model");
        double beyond = section.duration("beyondLoading").toNanos() / 1e9;
        try {
            var all = LoadTimes.read(file);
            var models = all.get(hardware);
            if (models == null) {
                throw section.wrong("hardware", "one of " + all.keySet());
            }
            var loads = models.get(model);
            if (loads == null) {
                throw section.wrong("model", "one of " + models.keySet());
            }
            var tiers = new LinkedHashMap<String, Fleet.ColdStart.Tier>();
            loads.seconds()
                    .forEach((tier, seconds) -> {
                        var name = tier.name().toLowerCase(Locale.ROOT).replace('_', '-');
                        var times = seconds.stream().map(s -> s + beyond).toList();
                        tiers.put(name, new Fleet.ColdStart.Tier(name, times));
                    });
            return tiers;
        } catch (MalformedInputException e) {
            throw new InputException(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new InputException("%s: cannot be read (%s).".formatted(file, e.getMessage()));
        }
    }
}
