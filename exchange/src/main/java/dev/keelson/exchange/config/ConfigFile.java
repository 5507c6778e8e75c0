package dev.keelson.exchange.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads one component's YAML file. Each value is taken by its key; {@link
 * ConfigSection#noMoreKeys()} then refuses what nobody asked for, so that a misspelt key fails the
 * start instead of being ignored.
 */
public final class ConfigFile {
    private static final int MOST_BYTES = 1 << 20;

    private ConfigFile() {}

    /**
     * @throws ConfigException when the file cannot be read or is no YAML mapping
     */
    public static ConfigSection read(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new ConfigException(
                        "%s:1: larger than %d bytes.".formatted(file, MOST_BYTES));
            }
            return parse(file.toString(), Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new ConfigException("%s:1: is not UTF-8 text.".formatted(file), e);
        } catch (IOException e) {
            throw new ConfigException("%s:1: cannot be read (%s).".formatted(file, e), e);
        }
    }

    /** The same from text; {@code name} stands for the file in messages. */
    public static ConfigSection parse(String name, String text) {
        var settings = LoadSettings.builder().setLabel(name).setMaxAliasesForCollections(0).build();
        Optional<Node> root;
        try {
            root = new Compose(settings).composeString(text);
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            throw new ConfigException(
                    "%s:%d: no YAML: %s.".formatted(name, line, e.getProblem()), e);
        } catch (YamlEngineException e) {
            throw new ConfigException(
                    "%s:1: no YAML: %s."
                            .formatted(
                                    name,
                                    String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
                    e);
        }
        if (root.isPresent() && root.get() instanceof MappingNode mapping) {
            return new ConfigSection(name, "", mapping);
        }
        throw new ConfigException("%s:1: expected 'key: value' lines.".formatted(name));
    }
}
