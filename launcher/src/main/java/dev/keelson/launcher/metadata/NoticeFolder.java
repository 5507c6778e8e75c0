package dev.keelson.launcher.metadata;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Notices as files: {@code NODE.json} holds what the service answers.
 *
 * @param folder where they lie
 */
record NoticeFolder(Path folder) {
    private static final Pattern NODE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    /** The notice of a node, word for word; empty for none and for names that no node has. */
    Optional<String> notice(String node) {
        if (!NODE.matcher(node).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(folder.resolve(node + ".json")).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
