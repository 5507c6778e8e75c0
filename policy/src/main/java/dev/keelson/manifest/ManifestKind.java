package dev.keelson.manifest;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The kinds of manifest and the keys of their {@code spec}. */
enum ManifestKind {
    DEPLOYMENT(
            "Deployment",
            "engine",
            "model",
            "servedModel",
            "knobs",
            "slo",
            "replicas",
            "replicaThousandths",
            "maxSequences",
            "contextTokens"),
    AUTOSCALING(
            "AutoscalingPolicy",
            "deployment",
            "targetUtilization",
            "targetKvUse",
            "scaleOutHold",
            "scaleInHold",
            "tolerance",
            "maxStep",
            "maxInputAge"),
    RECOVERY(
            "RecoveryPolicy",
            "nodeSilence",
            "closedSilence",
            "startTimeout",
            "startBackoff",
            "maxStartFailures",
            "breakerShare",
            "rolloutMargin"),
    SPOT("SpotPolicy", "stopMargin", "minOnDemand"),
    AUTONOMY("Autonomy", "scale", "recover", "spot", "rollout", "nodes"),
    FLEET("Fleet", "nodes");

    private final String word;
    private final List<String> keys;

    ManifestKind(String word, String... keys) {
        this.word = word;
        this.keys = List.of(keys);
    }

    String word() {
        return word;
    }

    List<String> keys() {
        return keys;
    }

    /** All but deployments and their autoscaling exist once in a fleet. */
    boolean isSingle() {
        return this != DEPLOYMENT && this != AUTOSCALING;
    }

    static List<String> words() {
        return Arrays.stream(values()).map(ManifestKind::word).toList();
    }

    static @Nullable ManifestKind of(String word) {
        return Arrays.stream(values())
                .filter(kind -> kind.word.equals(word))
                .findFirst()
                .orElse(null);
    }
}
