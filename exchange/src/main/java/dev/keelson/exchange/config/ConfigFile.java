package dev.keelson.exchange.config;

import dev.keelson.yaml.YamlFile;
import dev.keelson.yaml.YamlSection;
import java.nio.file.Path;

/** Reads one component's YAML file; whatever is wrong in it is a {@link ConfigException}. */
public final class ConfigFile {
    private ConfigFile() {}

    /**
     * @throws ConfigException when the file cannot be read or is no YAML mapping
     */
    public static YamlSection read(Path file) {
        return YamlFile.read(file, ConfigException::new);
    }

    /** The same from text; {@code name} stands for the file in messages. */
    public static YamlSection parse(String name, String text) {
        return YamlFile.parse(name, text, ConfigException::new);
    }
}
