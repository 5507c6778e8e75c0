package dev.keelson.manifest;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The kinds of manifest and the keys of their {@code spec}. */
enum ManifestKind {
    DEPLOYMENT("Deployment"),
    AUTOSCALING("AutoscalingPolicy"),
    FORECAST("ForecastPolicy"),
    ACCELERATORS("AcceleratorPolicy"),
    RECOVERY("RecoveryPolicy"),
    SPOT("SpotPolicy"),
    AUTONOMY("Autonomy"),
    FLEET("Fleet"),
    TENANT("Tenant");

    private final String word;

    ManifestKind(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }

    List<String> keys() {
        return switch (this) {
            case DEPLOYMENT ->
                    List.of(
                            "engine",
                            "model",
                            "servedModel",
                            "knobs",
                            "adapters",
                            "slo",
                            "replicas",
                            "replicaThousandths",
                            "maxSequences",
                            "contextTokens");
            case AUTOSCALING ->
                    List.of(
                            "deployment",
                            "targetUtilization",
                            "targetKvUse",
                            "scaleOutHold",
                            "scaleInHold",
                            "scaleInStarts",
                            "fullSlowdown",
                            "tolerance",
                            "maxStep",
                            "maxInputAge");
            case FORECAST ->
                    List.of(
                            "deployment",
                            "mode",
                            "missPrice",
                            "leadQuantile",
                            "shrinkHold",
                            "floorUtilization",
                            "minLanded",
                            "maxAge");
            case ACCELERATORS -> List.of("deployment", "kinds");
            case RECOVERY ->
                    List.of(
                            "nodeSilence",
                            "closedSilence",
                            "startTimeout",
                            "startBackoff",
                            "maxStartFailures",
                            "breakerShare",
                            "rolloutMargin");
            case SPOT -> List.of("stopMargin", "minOnDemand");
            case AUTONOMY -> List.of("scale", "recover", "spot", "rollout", "nodes", "forecast");
            case FLEET -> List.of("nodes");
            case TENANT ->
                    List.of(
                            "keys",
                            "weight",
                            "requestsPerSecond",
                            "requestBurst",
                            "tokensPerMinute",
                            "tokenBurst",
                            "concurrency");
        };
    }

    /** Whether it names the deployment that it is for: one of the kind for each. */
    boolean isForDeployment() {
        return this == AUTOSCALING || this == FORECAST || this == ACCELERATORS;
    }

    /** All but deployments, what is for one, and tenants exist once in a fleet. */
    boolean isSingle() {
        return this != DEPLOYMENT && this != TENANT && !isForDeployment();
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
