package dev.keelson.lab;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.keelson.simulator.route.RoutePolicies;
import dev.keelson.simulator.world.FleetStudy;
import dev.keelson.simulator.world.RecoveryStudy;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code keelson sim policies}: the policy names of each study that is there. */
@Command(
        name = "policies",
        description = "Lists the policy names per study.",
        mixinStandardHelpOptions = true)
final class SimPoliciesCommand implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Mixin private final Console console = new Console();

    @Option(names = "--json", description = "one JSON document")
    private boolean json;

    private static SortedMap<String, List<String>> studies() {
        var studies = new TreeMap<String, List<String>>();
        studies.put("faults", RecoveryStudy.NAMES);
        studies.put("run", FleetStudy.policies());
        studies.put("route", RoutePolicies.NAMES);
        return studies;
    }

    @Override
    public Integer call() throws com.fasterxml.jackson.core.JsonProcessingException {
        var out = console.out();
        if (json) {
            out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(studies()));
        } else {
            studies()
                    .forEach(
                            (study, names) -> out.println(study + ": " + String.join(", ", names)));
        }
        return 0;
    }
}
