package dev.keelson.manifest;

import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Text to YAML nodes with positions, within bounds that no honest manifest reaches. */
final class Documents {
    /** Largest file, in characters. */
    static final int MOST_CHARACTERS = 262_144;

    private static final int DEEPEST = 16;

    private Documents() {}

    static List<Node> compose(ManifestFile file, Source source) {
        if (file.text().length() > MOST_CHARACTERS) {
            source.reportFile(
                    "the file has %d characters; at most %d are read"
                            .formatted(file.text().length(), MOST_CHARACTERS));
            return List.of();
        }
        var settings = LoadSettings.builder().setLabel(file.name()).setUseMarks(true).build();
        try {
            if (!isWithinBounds(settings, file, source)) {
                return List.of();
            }
            var nodes = new ArrayList<Node>();
            new Compose(settings).composeAllFromString(file.text()).forEach(nodes::add);
            return nodes;
        } catch (MarkedYamlEngineException notYaml) {
            source.report(notYaml.getProblemMark(), sentence(notYaml));
        } catch (YamlEngineException notYaml) {
            source.reportFile("this is not YAML: " + notYaml.getMessage());
        }
        return List.of();
    }

    /** Looks at the events alone, so that neither an alias bomb nor deep nesting is ever built. */
    private static boolean isWithinBounds(LoadSettings settings, ManifestFile file, Source source) {
        int depth = 0;
        for (Event event : new Parse(settings).parseString(file.text())) {
            switch (event.getEventId()) {
                case Alias -> {
                    source.report(
                            event.getStartMark(),
                            "aliases (*name) are not allowed in manifests; write the value out");
                    return false;
                }
                case MappingStart, SequenceStart -> depth++;
                case MappingEnd, SequenceEnd -> depth--;
                default -> {}
            }
            if (depth > DEEPEST) {
                source.report(
                        event.getStartMark(), "nested deeper than %d levels".formatted(DEEPEST));
                return false;
            }
        }
        return true;
    }

    private static String sentence(MarkedYamlEngineException notYaml) {
        return notYaml.getContext() == null || notYaml.getContext().isEmpty()
                ? notYaml.getProblem()
                : "%s (%s)".formatted(notYaml.getProblem(), notYaml.getContext());
    }
}
