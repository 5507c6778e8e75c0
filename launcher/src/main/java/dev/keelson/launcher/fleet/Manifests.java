package dev.keelson.launcher.fleet;

import dev.keelson.launcher.distribution.Distribution;
import dev.keelson.manifest.ManifestTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The manifests that a new fleet starts with. */
final class Manifests {
    /** The bundled model's name in the OpenAI API. */
    static final String SERVED_MODEL = "keelson-mini";

    private Manifests() {}

    /** Writes every manifest that is not there yet: what a person changed stays. */
    static void writeMissing(FleetFolder folder, FleetOptions options, Distribution distribution)
            throws IOException {
        Map<String, String> values = values(options, distribution);
        for (ManifestTemplate template : ManifestTemplate.values()) {
            Path file = folder.policies().resolve(template.fileName());
            if (!Files.exists(file)) {
                FleetFolder.write(file, template.fill(values));
            }
        }
    }

    private static Map<String, String> values(FleetOptions options, Distribution distribution) {
        var values = new HashMap<String, String>();
        values.put("name", SERVED_MODEL);
        values.put("engine", "gpu-runtime");
        values.put("model", String.valueOf(distribution.bundledModel().getFileName()));
        values.put("servedModel", SERVED_MODEL);
        // On one small machine more replicas give no more CPU: a paced replica has the capacity
        // of its token budget instead, so that scaling out is worth something.
        values.put("minStepMs", "20");
        values.put("maxSequences", "8");
        values.put("ttft", "2s");
        values.put("tpot", "100ms");
        values.put("minReplicas", Integer.toString(options.minReplicas()));
        values.put("maxReplicas", Integer.toString(options.maxReplicas()));
        values.put("replicaThousandths", "500");
        values.put("contextTokens", "2048");
        values.put("autonomy", "AUTO");
        return values;
    }
}
