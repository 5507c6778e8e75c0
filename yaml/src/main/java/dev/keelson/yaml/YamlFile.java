package dev.keelson.yaml;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads one YAML file that holds a mapping. Each value is taken by its key; {@link
 * YamlSection#noMoreKeys()} then refuses what nobody asked for, so that a misspelt key fails
 * instead of being ignored. Aliases of collections are refused: a small file must not become a
 * large one.
 */
public final class YamlFile {
    private static final int MOST_BYTES = 1 << 20;

    private YamlFile() {}

    /**
     * @param wrong makes the reader's own exception of a message that begins with file and line
     */
    public static YamlSection read(Path file, Function<String, ? extends RuntimeException> wrong) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw wrong.apply("%s:1: larger than %d bytes.".formatted(file, MOST_BYTES));
            }
            return parse(file.toString(), Files.readString(file), wrong);
        } catch (NoSuchFileException e) {
            throw wrong.apply("%s: there is no such file.".formatted(file));
        } catch (CharacterCodingException e) {
            throw wrong.apply("%s:1: is not UTF-8 text.".formatted(file));
        } catch (IOException e) {
            throw wrong.apply("%s:1: cannot be read (%s).".formatted(file, e));
        }
    }

    /** The same from text; {@code name} stands for the file in messages. */
    public static YamlSection parse(
            String name, String text, Function<String, ? extends RuntimeException> wrong) {
        var settings = LoadSettings.builder().setLabel(name).setMaxAliasesForCollections(0).build();
        Optional<Node> root;
        try {
            root = new Compose(settings).composeString(text);
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            throw wrong.apply("%s:%d: no YAML: %s.".formatted(name, line, e.getProblem()));
        } catch (YamlEngineException e) {
            throw wrong.apply(
                    "%s:1: no YAML: %s."
                            .formatted(
                                    name,
                                    String.valueOf(e.getMessage()).lines().findFirst().orElse("")));
        }
        if (root.isPresent() && root.get() instanceof MappingNode mapping) {
            return new YamlSection(name, "", mapping, wrong);
        }
        throw wrong.apply("%s:1: expected 'key: value' lines.".formatted(name));
    }
}
