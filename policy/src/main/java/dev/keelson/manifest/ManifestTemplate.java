package dev.keelson.manifest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The commented manifests that a new fleet starts with, with placeholders {@code ${name}} for what
 * differs.
 *
 * <p>deployment: name, engine, model, servedModel, minStepMs, ttft, tpot, minReplicas, maxReplicas,
 * replicaThousandths, maxSequences, contextTokens. autoscaling, forecast: name. recovery, spot:
 * none. autonomy: autonomy (of every class).
 */
public enum ManifestTemplate {
    DEPLOYMENT("deployment.yaml"),
    AUTOSCALING("autoscaling.yaml"),
    FORECAST("forecast.yaml"),
    RECOVERY("recovery.yaml"),
    SPOT("spot.yaml"),
    AUTONOMY("autonomy.yaml");

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Za-z]+)}");

    private final String fileName;

    ManifestTemplate(String fileName) {
        this.fileName = fileName;
    }

    /** Name of the file that the filled template is written to. */
    public String fileName() {
        return fileName;
    }

    /**
     * The template with every placeholder filled; values are escaped where they stand in quotes.
     */
    public String fill(Map<String, String> values) {
        return PLACEHOLDER
                .matcher(text())
                .replaceAll(found -> {
                    String value = values.get(found.group(1));
                    if (value == null) {
                        throw new IllegalArgumentException(
                                "The template (%s) needs a value for (%s)."
                                        .formatted(fileName, found.group(1)));
                    }
                    return Matcher.quoteReplacement(
                            value.replace("\\", "\\\\").replace("\"", "\\\""));
                });
    }

    private String text() {
        try (var stream =
                ManifestTemplate.class.getResourceAsStream("/manifest-templates/" + fileName)) {
            if (stream == null) {
                throw new IllegalStateException(
                        "The template (%s) is not in the jar.".formatted(fileName));
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
