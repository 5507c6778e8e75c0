package dev.keelson.launcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.exchange.config.ConfigFile;
import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.distribution.Component;
import dev.keelson.launcher.distribution.Distribution;
import dev.keelson.yaml.YamlSection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetPlanTest {
    @TempDir Path root;

    private FleetFolder folder;
    private Distribution distribution;

    @BeforeEach
    void distribution() throws IOException {
        folder = new FleetFolder(root.resolve("data"));
        folder.create();
        distribution = new Distribution(root, Path.of("/jdk"));
        Path lib = Files.createDirectories(distribution.folder().resolve("lib"));
        for (Component component : Component.values()) {
            Files.writeString(
                    distribution.folder().resolve(component.artifact() + ".classpath"),
                    "lib/a.jar:lib/b.jar");
            Files.writeString(lib.resolve(component.artifact() + "-0.1.0.jar"), "");
        }
    }

    @Test
    void theLastNodesAreSpotAndEachIsAFaultDomainOfItsOwn() {
        FleetPlan plan = plan(options(3, 1));

        assertThat(plan.nodes())
                .extracting(FleetPlan.NodePlan::spot)
                .containsExactly(false, false, true);
        assertThat(plan.nodes()).extracting(FleetPlan.NodePlan::domain).doesNotHaveDuplicates();
    }

    @Test
    void writesFilesThatTheStrictReaderTakes() throws IOException {
        FleetPlan plan = plan(options(2, 1));
        plan.writeCoreConfigs();
        plan.writeAgent(plan.nodes().get(1), new FleetPlan.JoinGrant("secret", "abcd"));
        plan.writeGateway("gateway-1", new FleetPlan.JoinGrant(null, "abcd"));

        YamlSection agent = ConfigFile.read(folder.config("node-2"));
        assertThat(agent.text("capacity")).isEqualTo("SPOT");
        assertThat(agent.section("controlPlane").text("joinToken")).isEqualTo("secret");
        assertThat(agent.section("notice").text("aws")).endsWith("/node-2");
        assertThat(agent.section("engines").section("gpu-runtime").texts("command"))
                .contains("dev.keelson.runtime.Main");
        YamlSection control = ConfigFile.read(folder.config("control-plane"));
        assertThat(control.section("kafka").properties("properties").get("sasl.jaas.config"))
                .contains("password=\"p\"w\"");
        assertThat(ConfigFile.read(folder.config("gateway-1")).whole("queueLimit")).isEqualTo(512);
    }

    @Test
    void enginesOfAFleetWithChaosMayBePoisonedAndOthersNot() throws IOException {
        assertThat(engineVariables(true))
                .contains("KEELSON_CHAOS", "KEELSON_CHAOS_POISON_SHA256", "PATH");
        assertThat(engineVariables(false)).contains("PATH").noneMatch(n -> n.contains("CHAOS"));
    }

    private java.util.List<String> engineVariables(boolean chaos) throws IOException {
        FleetPlan plan = plan(new FleetOptions(1, 1, 0, 1, 4, 1, "none", 1, false, chaos, 0));
        plan.writeAgent(plan.nodes().getFirst(), new FleetPlan.JoinGrant(null, "abcd"));
        assertThat(plan.child("node-1", Component.AGENT).environment().containsKey("KEELSON_CHAOS"))
                .isEqualTo(chaos);
        YamlSection agent = ConfigFile.read(folder.config("node-1"));
        assertThat(agent.texts("modelRoots")).contains(folder.models().toString());
        return agent.section("engines").section("gpu-runtime").texts("environment");
    }

    @Test
    void keepsPortsThatAreFreeAndReplacesTakenOnes() throws IOException {
        try (var taken =
                new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            var first =
                    Ports.choose(
                            java.util.List.of("a", "b"), new TreeMap<>(), new SplittableRandom(1));
            var kept = new TreeMap<>(Map.of("a", first.get("a"), "b", taken.getLocalPort()));

            var second = Ports.choose(java.util.List.of("a", "b"), kept, new SplittableRandom(2));

            assertThat(second.get("a")).isEqualTo(first.get("a"));
            assertThat(second.get("b")).isNotEqualTo(taken.getLocalPort());
        }
    }

    @Test
    void remembersItsChoices() throws IOException {
        FleetChoices choices = plan(options(3, 1)).choices().withApiKey("sk-load");
        choices.write(folder);

        assertThat(FleetChoices.read(folder)).contains(choices);
    }

    @Test
    void theLoadGeneratorsKeyIsInItsEnvironmentAndNotAmongItsArguments() {
        FleetPlan plan = plan(options(1, 0));
        assertThat(plan.loadgen("mini").environment()).doesNotContainKey(FleetPlan.API_KEY);

        FleetChoices choices = plan.choices().withApiKey("sk-load");
        ChildSpec loadgen = new FleetPlan(folder, choices, distribution).loadgen("mini");
        assertThat(loadgen.environment()).containsEntry(FleetPlan.API_KEY, "sk-load");
        assertThat(String.join(" ", loadgen.command())).doesNotContain("sk-load");
    }

    @Test
    void refusesFleetsThatCannotBe() {
        assertThatThrownBy(() -> options(2, 3))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("--spot is 3");
        assertThatThrownBy(() -> options(0, 0)).hasMessageContaining("--nodes is 0");
    }

    @Test
    void writesManifestsOnceAndLeavesChangedOnesAlone() throws IOException {
        Manifests.writeMissing(folder, options(1, 0), distribution);
        Path deployment = folder.policies().resolve("deployment.yaml");
        assertThat(dev.keelson.manifest.ManifestFolder.load(folder.policies()))
                .isInstanceOf(dev.keelson.manifest.ManifestResult.Valid.class);
        Files.writeString(deployment, "changed");

        Manifests.writeMissing(folder, options(1, 0), distribution);

        assertThat(deployment).hasContent("changed");
    }

    private static FleetOptions options(int nodes, int spot) {
        return new FleetOptions(nodes, nodes, spot, 1, 4, 1, "none", 1, false, true, 0);
    }

    private FleetPlan plan(FleetOptions options) {
        var choices = new FleetChoices(options, new TreeMap<>(), "p\"w", new TreeMap<>(), "");
        var draft = new FleetPlan(folder, choices, distribution);
        var ports = Ports.choose(draft.portNames(), new TreeMap<>(), new SplittableRandom(3));
        return new FleetPlan(folder, choices.withPorts(ports), distribution);
    }
}
