package dev.keelson.runtime.hub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.runtime.format.JsonFields;
import dev.keelson.runtime.format.ModelFileException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a hub has of a model at one commit.
 *
 * @param commit its name, which never means other files
 * @param files of the model's own folder, by name; those in folders below are not for us
 */
record HubListing(String commit, Map<String, HubFile> files) {
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    // Also keeps every name inside the folder that it is written to.
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");

    HubListing {
        files = Map.copyOf(files);
    }

    /**
     * Reads the hub's answer to {@code /api/models/NAME/revision/REVISION?blobs=true}.
     *
     * @throws ModelFileException naming the field that is not as expected
     */
    static HubListing parse(HubName model, byte[] answer) throws ModelFileException {
        JsonFields fields = JsonFields.parse(model + " on the hub", answer);
        String commit = fields.text("sha", "");
        if (!COMMIT.matcher(commit).matches()) {
            throw fields.wrong("sha", "a commit of 40 hexadecimal digits");
        }
        JsonNode siblings = fields.node().path("siblings");
        if (!siblings.isArray()) {
            throw fields.wrong("siblings", "a list of files");
        }
        Map<String, HubFile> files = new TreeMap<>();
        for (JsonNode sibling : siblings) {
            String name = sibling.path("rfilename").asText("");
            if (PLAIN.matcher(name).matches()) {
                files.put(name, file(fields, name, sibling));
            }
        }
        return new HubListing(commit, files);
    }

    private static HubFile file(JsonFields fields, String name, JsonNode sibling)
            throws ModelFileException {
        JsonNode large = sibling.path("lfs").path("sha256");
        String digest = (large.isTextual() ? large : sibling.path("blobId")).asText("");
        JsonNode size = sibling.path("size");
        if (!DIGEST.matcher(digest).matches() || !size.canConvertToLong() || size.asLong() < 0) {
            throw new ModelFileException(
                    fields.file(), "siblings: " + name + " needs size and blobId or lfs.sha256");
        }
        return new HubFile(name, size.asLong(), digest);
    }
}
