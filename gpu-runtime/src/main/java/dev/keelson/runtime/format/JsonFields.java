package dev.keelson.runtime.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The fields of a JSON object in a model folder, each checked for type and range when it is taken.
 *
 * @param file name for messages
 */
public record JsonFields(String file, String path, JsonNode node) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long LARGEST_FILE = 256L << 20;

    /**
     * Reads a whole file.
     *
     * @throws ModelFileException if it is no JSON object, or too large to be one of a model
     */
    public static JsonFields read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new ModelFileException(file.toString(), "is missing");
        }
        if (Files.size(file) > LARGEST_FILE) {
            throw new ModelFileException(
                    file.toString(), "is larger than " + (LARGEST_FILE >> 20) + " MiB");
        }
        return parse(file.toString(), Files.readAllBytes(file));
    }

    /** The object in {@code text}; {@code file} is its name in messages. */
    public static JsonFields parse(String file, byte[] text) throws ModelFileException {
        try {
            JsonNode root = JSON.readTree(text);
            if (root == null || !root.isObject()) {
                throw new ModelFileException(file, "is no JSON object");
            }
            return new JsonFields(file, "", root);
        } catch (JsonProcessingException e) {
            throw new ModelFileException(file, "is no JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ModelFileException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    /** Is there a value other than null? */
    public boolean has(String name) {
        return node.hasNonNull(name);
    }

    /** A nested object; empty if it is absent. */
    public JsonFields object(String name) throws ModelFileException {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return new JsonFields(file, full(name), JSON.createObjectNode());
        }
        if (!value.isObject()) {
            throw wrong(name, "an object");
        }
        return new JsonFields(file, full(name), value);
    }

    /** A whole number in [least, most]. */
    public int integer(String name, int least, int most) throws ModelFileException {
        JsonNode value = node.path(name);
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.asInt() < least
                || value.asInt() > most) {
            throw wrong(name, "a whole number from " + least + " to " + most);
        }
        return value.asInt();
    }

    /** As {@link #integer(String, int, int)}, or {@code absent}. */
    public int integer(String name, int least, int most, int absent) throws ModelFileException {
        return has(name) ? integer(name, least, most) : absent;
    }

    /** A number above 0 and at most 1e12, or {@code absent}. */
    public double positive(String name, double absent) throws ModelFileException {
        if (!has(name)) {
            return absent;
        }
        JsonNode value = node.path(name);
        if (!value.isNumber() || !(value.asDouble() > 0) || value.asDouble() > 1e12) {
            throw wrong(name, "a positive number");
        }
        return value.asDouble();
    }

    /** A number above 0 that must be there. */
    public double positive(String name) throws ModelFileException {
        if (!has(name)) {
            throw wrong(name, "a positive number");
        }
        return positive(name, 0);
    }

    /** True or false, or {@code absent}. */
    public boolean flag(String name, boolean absent) throws ModelFileException {
        if (!has(name)) {
            return absent;
        }
        if (!node.path(name).isBoolean()) {
            throw wrong(name, "true or false");
        }
        return node.path(name).asBoolean();
    }

    /** A text, or {@code absent}. */
    public String text(String name, String absent) throws ModelFileException {
        if (!has(name)) {
            return absent;
        }
        if (!node.path(name).isTextual()) {
            throw wrong(name, "a text");
        }
        return node.path(name).asText();
    }

    /** The exception for a field that is not what was expected. */
    public ModelFileException wrong(String name, String expected) {
        return new ModelFileException(
                file, full(name) + " must be " + expected + ", not " + shown(node.path(name)));
    }

    /** A value for a message, cut to a line. */
    public static String shown(JsonNode value) {
        String text = value.isMissingNode() ? "nothing" : value.toString();
        return text.length() > 60 ? text.substring(0, 60) + "..." : text;
    }

    /** The exception for a feature that is not served. */
    public ModelFileException unsupported(String name, String feature) {
        return new ModelFileException(file, full(name) + ": " + feature + " is not supported");
    }

    private String full(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
