package dev.keelson.manifest;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.policy.ActionClass;
import dev.keelson.core.policy.Autonomy;
import dev.keelson.core.policy.AutoscalingPolicy;
import dev.keelson.core.policy.ForecastPolicy;
import dev.keelson.core.policy.RecoveryPolicy;
import dev.keelson.core.policy.SpotPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestFolderTest {
    private static final Map<String, String> VALUES =
            Map.ofEntries(
                    Map.entry("name", "chat"),
                    Map.entry("engine", "gpu-runtime"),
                    Map.entry("model", "C:\\models \"x\""),
                    Map.entry("servedModel", "keelson-small"),
                    Map.entry("minStepMs", "20"),
                    Map.entry("ttft", "2s"),
                    Map.entry("tpot", "100ms"),
                    Map.entry("minReplicas", "1"),
                    Map.entry("maxReplicas", "4"),
                    Map.entry("replicaThousandths", "500"),
                    Map.entry("maxSequences", "8"),
                    Map.entry("contextTokens", "2048"),
                    Map.entry("autonomy", "AUTO"));

    @TempDir Path folder;

    @Test
    void theTemplatesCheckCleanAndSayTheDefaults() throws IOException {
        for (ManifestTemplate template : ManifestTemplate.values()) {
            Files.writeString(folder.resolve(template.fileName()), template.fill(VALUES));
        }

        assertThat(ManifestFolder.load(folder))
                .isInstanceOfSatisfying(
                        ManifestResult.Valid.class,
                        valid -> {
                            var chat = new DeploymentId("chat");
                            var policies = valid.manifests().policies(3, 3);
                            var deployment =
                                    requireNonNull(valid.manifests().deployments().get(chat));
                            assertThat(deployment.engine().model()).isEqualTo("C:\\models \"x\"");
                            assertThat(deployment.engine().knobs())
                                    .containsEntry("max_num_seqs", "8");
                            assertThat(policies.autoscaling().get(chat))
                                    .isEqualTo(AutoscalingPolicy.defaults(chat));
                            assertThat(policies.recovery()).isEqualTo(RecoveryPolicy.DEFAULTS);
                            assertThat(policies.spot()).isEqualTo(SpotPolicy.DEFAULTS);
                            assertThat(policies.autonomy().values())
                                    .hasSize(ActionClass.values().length - 1)
                                    .containsOnly(Autonomy.AUTO);
                            assertThat(policies.autonomyOfForecasts(chat))
                                    .isEqualTo(Autonomy.ADVISE);
                            assertThat(requireNonNull(policies.forecasting().get(chat)).missPrice())
                                    .isEqualTo(ForecastPolicy.defaults(chat).missPrice());
                        });
    }

    @Test
    void aTemplateSaysWhichValueIsMissing() {
        assertThatThrownBy(() -> ManifestTemplate.AUTOSCALING.fill(Map.of()))
                .hasMessage("The template (autoscaling.yaml) needs a value for (name).");
    }

    @Test
    void otherFilesAndHiddenFilesAreNotManifests() throws IOException {
        Files.writeString(folder.resolve("notes.txt"), "not yaml: [");
        Files.writeString(folder.resolve(".deployment.yaml.swp.yaml"), "not yaml: [");

        assertThat(ManifestFolder.load(folder)).isInstanceOf(ManifestResult.Valid.class);
    }

    @Test
    void whatCannotBeReadIsAProblemAndNotAnException() throws IOException {
        Files.write(folder.resolve("latin.yaml"), new byte[] {'a', ':', ' ', (byte) 0xE9});

        assertThat(ManifestFolder.load(folder))
                .isInstanceOfSatisfying(
                        ManifestResult.Invalid.class,
                        invalid ->
                                assertThat(invalid.render())
                                        .contains("latin.yaml: error: the file is not UTF-8 text"));
        assertThat(ManifestFolder.load(folder.resolve("absent")))
                .isInstanceOfSatisfying(
                        ManifestResult.Invalid.class,
                        invalid ->
                                assertThat(invalid.render())
                                        .endsWith("the folder cannot be read (it does not exist)"));
    }
}
