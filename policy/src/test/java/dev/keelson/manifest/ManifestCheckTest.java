package dev.keelson.manifest;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.policy.AcceleratorPolicy;
import dev.keelson.core.policy.ActionClass;
import dev.keelson.core.policy.Autonomy;
import dev.keelson.core.policy.ForecastPolicy;
import dev.keelson.core.policy.RecoveryPolicy;
import dev.keelson.core.tenant.TenantLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestCheckTest {
    private static final String KEY = "0".repeat(63) + "a";
    private static final String OTHER_KEY = "ab".repeat(32);

    private static final String KINDS =
            document(
                    "AcceleratorPolicy",
                    "k",
                    "deployment: chat",
                    "kinds:",
                    "  A100: {pricePerGpuHour: 3.43, prefillTokensPerSecond: 9000, decodeTokensPerSecond: 2000}");

    private static final String DEPLOYMENT =
            """
            apiVersion: keelson.dev/v1
            kind: Deployment
            metadata:
              name: chat
            spec:
              model: models/small
              knobs:
                min_step_ms: 20
                seed: "7"
              slo:
                ttft: 1.5s
                tpot: 100ms
              replicas:
                min: 1
                max: 4
            """;

    @Test
    void readsADeploymentWithItsDefaults() {
        var deployment =
                requireNonNull(valid(DEPLOYMENT).deployments().get(new DeploymentId("chat")));

        assertThat(deployment.engine().engine()).isEqualTo("gpu-runtime");
        assertThat(deployment.engine().servedModel()).isEqualTo("chat");
        assertThat(deployment.engine().knobs())
                .containsEntry("min_step_ms", "20")
                .containsEntry("seed", "7");
        assertThat(deployment.slo().ttft()).isEqualTo(Duration.ofMillis(1_500));
        assertThat(deployment.minReplicas()).isEqualTo(1);
        assertThat(deployment.maxReplicas()).isEqualTo(4);
    }

    @Test
    void readsAdaptersByName() {
        var adapters = "  adapters: {polite: adapters/polite, bullets: adapters/bullets}\n";
        var deployment =
                requireNonNull(
                        valid(DEPLOYMENT + adapters).deployments().get(new DeploymentId("chat")));

        assertThat(deployment.engine().adapters())
                .containsExactly(
                        Map.entry("bullets", "adapters/bullets"),
                        Map.entry("polite", "adapters/polite"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{polite: a, polite: b}   | the key 'polite' stands twice in spec.adapters",
                "{polite: \"\"}             | spec.adapters.polite must not be empty",
                "{polite:}                | spec.adapters.polite must be text, not nothing",
                "{a/b: adapters/a}        | a name of spec.adapters (a/b) must be 1 to 128",
                "{chat: adapters/a}       | spec.adapters.chat has the name of the model itself",
                "[polite]                 | spec.adapters must be a mapping",
                "{other: adapters/a}      | spec.adapters.other: the name is also served by the Deployment 'second'",
                "{shared: adapters/a}     | spec.adapters.shared: the name is also served by the Deployment 'second'",
            })
    void namesTheFieldOfAnAdapterThatCannotBe(String adapters, String message) {
        var second =
                DEPLOYMENT.replace("name: chat", "name: second")
                        + "  servedModel: other\n  adapters: {shared: adapters/s}\n";

        assertThat(problems(second + "---\n" + DEPLOYMENT + "  adapters: " + adapters + "\n"))
                .singleElement()
                .asString()
                .contains(message);
    }

    @Test
    void readsEveryKindFromOneFile() {
        var set =
                valid(
                        DEPLOYMENT
                                + document(
                                        "AutoscalingPolicy",
                                        "chat",
                                        "deployment: chat",
                                        "targetUtilization: 0.7")
                                + document("RecoveryPolicy", "default", "nodeSilence: 6s")
                                + document("SpotPolicy", "default", "minOnDemand: 1")
                                + document("Autonomy", "default", "scale: AUTO", "nodes: observe")
                                + document("Fleet", "default", "nodes: {min: 2, max: 5}"));
        var policies = set.policies(3, 3);

        assertThat(policies.autoscalingOf(new DeploymentId("chat")).targetUtilization())
                .isEqualTo(0.7);
        assertThat(policies.recovery().nodeSilence()).isEqualTo(Duration.ofSeconds(6));
        assertThat(policies.recovery().startTimeout())
                .isEqualTo(RecoveryPolicy.DEFAULTS.startTimeout());
        assertThat(policies.spot().minOnDemand()).isEqualTo(1);
        assertThat(policies.autonomyOf(ActionClass.SCALE)).isEqualTo(Autonomy.AUTO);
        assertThat(policies.autonomyOf(ActionClass.NODES)).isEqualTo(Autonomy.OBSERVE);
        assertThat(policies.autonomyOf(ActionClass.SPOT)).isEqualTo(Autonomy.ADVISE);
        assertThat(List.of(policies.minNodes(), policies.maxNodes())).containsExactly(2, 5);
    }

    @Test
    void takesTheNodeBoundsOfTheCallerWhereNoFleetManifestGivesThem() {
        var policies = valid(DEPLOYMENT).policies(3, 8);

        assertThat(List.of(policies.minNodes(), policies.maxNodes())).containsExactly(3, 8);
    }

    @Test
    void namesThePolicyByItsText() {
        var first = valid(DEPLOYMENT);

        assertThat(first.hash()).hasSize(64).isEqualTo(valid(DEPLOYMENT).hash());
        assertThat(first.hash()).isNotEqualTo(valid(DEPLOYMENT + "# a remark\n").hash());
        assertThat(first.text()).startsWith("# file: chat.yaml\n").contains("model: models/small");
    }

    @Test
    void showsPlaceLineAndCaretAsACompilerDoes() {
        var problem = problems(DEPLOYMENT.replace("    max: 4", "    maxx: 4")).getFirst();

        assertThat(problem.render())
                .isEqualTo(
                        """
                        chat.yaml:15:5: error: unknown key in spec.replicas 'maxx'; did you mean 'max'?
                         15 |     maxx: 4
                            |     ^\
                        """
                                .replace("\n", System.lineSeparator()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kind: Deployment | kind: Deploymet | 2:7 | unknown kind 'Deploymet'; did you mean 'Deployment'?",
                "keelson.dev/v1 | keelson.dev/v2 | 1:13 | unknown apiVersion 'keelson.dev/v2'; did you mean 'keelson.dev/v1'?",
                "name: chat | name: -chat | 4:9 | metadata.name (-chat) must be 1 to 128 letters",
                "min: 1 | min: \"one\" | 14:10 | spec.replicas.min must be a whole number, not the text 'one'",
                "min: 1 | min: 9 | 15:10 | spec.replicas.max (4) must not be below spec.replicas.min (9)",
                "min: 1 | min: -1 | 14:10 | spec.replicas.min (-1) must be from 0 to 10000",
                "min: 1 | min: 99999999999999 | 14:10 | spec.replicas.min (99999999999999) must be from 0 to 10000",
                "ttft: 1.5s | ttft: 1500 | 11:11 | spec.slo.ttft must be a duration with its unit",
                "ttft: 1.5s | ttft: 0ms | 11:11 | spec.slo.ttft (0s) must be from 1ms to 1h",
                "model: models/small | model: | 6:9 | spec.model must be text, not nothing",
                "model: models/small | model: 12 | 6:10 | spec.model must be text, not the value '12'",
                "min_step_ms: 20 | min_step_ms: [20] | 8:18 | spec.knobs.min_step_ms must be text or a number, not a list",
                "seed: | min_step_ms: | 9:5 | the key 'min_step_ms' stands twice in spec.knobs",
                "  model: models/small | | 6:3 | spec needs the key 'model'",
            })
    void pointsAtWhatIsWrong(String wrongText, String replacement, String place, String message) {
        var problem =
                problems(DEPLOYMENT.replace(wrongText, replacement == null ? "" : replacement))
                        .getFirst();

        assertThat(problem.message()).startsWith(message);
        if (!message.contains("needs the key")) {
            assertThat(problem.line() + ":" + problem.column()).isEqualTo(place);
        }
    }

    @Test
    void suggestsTheDecimalWhenAPercentageStandsForAShare() {
        assertThat(
                        problems(
                                DEPLOYMENT
                                        + document(
                                                "AutoscalingPolicy",
                                                "chat",
                                                "deployment: chat",
                                                "targetUtilization: 80")))
                .extracting(Problem::message)
                .containsExactly(
                        "spec.targetUtilization (80) must be in (0, 1]; maybe 0.8 was meant");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mode: ACT | mode: DO | spec.mode must be one of its words",
                "missPrice: 8 | missPrice: 0 | spec.missPrice (0)",
                "maxAge: 30s | maxAge: 30 | spec.maxAge must be a duration with its unit",
                "maxAge: 30s | minLanded: 0 | spec.minLanded (0) must be from 1 to 1000",
                "deployment: chat | deployment: chta | spec.deployment names no Deployment: 'chta'",
            })
    void aForecastPolicyIsCheckedLikeTheOthers(String right, String wrong, String message) {
        var text =
                DEPLOYMENT
                        + document(
                                "ForecastPolicy",
                                "p",
                                "deployment: chat",
                                "mode: ACT",
                                "missPrice: 8",
                                "maxAge: 30s");

        assertThat(problems(text.replace(right, wrong)))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).startsWith(message));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pricePerGpuHour: 3.43 | pricePerGpuHour: -1 | spec.kinds.A100.pricePerGpuHour (-1)",
                "pricePerGpuHour: 3.43, | '' | spec.kinds.A100 needs the key 'pricePerGpuHour'",
                "decodeTokensPerSecond: 2000 | decodeTokensPerSecond: 0 | spec.kinds.A100.decodeTokensPerSecond (0)",
                "decodeTokensPerSecond: 2000 | decodeTokenPerSecond: 2000 | unknown key in spec.kinds.A100",
                "kinds: | kind: | unknown key in spec",
                "deployment: chat | deployment: chta | spec.deployment names no Deployment: 'chta'",
            })
    void anAcceleratorPolicyIsCheckedByField(String right, String wrong, String message) {
        var text = DEPLOYMENT + KINDS;
        assertThat(problems(text.replace(right, wrong)))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).startsWith(message));
    }

    @Test
    void anAcceleratorPolicySaysWhatEachKindCostsAndDoes() {
        var result = ManifestCheck.check(List.of(new ManifestFile("a.yaml", DEPLOYMENT + KINDS)));

        assertThat(result)
                .isInstanceOfSatisfying(
                        ManifestResult.Valid.class,
                        valid ->
                                assertThat(
                                                valid.manifests()
                                                        .policies(0, 0)
                                                        .acceleratorsOf(new DeploymentId("chat"))
                                                        .kinds())
                                        .containsOnly(
                                                java.util.Map.entry(
                                                        "A100",
                                                        new AcceleratorPolicy.Kind(
                                                                3.43, 9_000, 2_000))));
    }

    @Test
    void aForecastPolicySaysWhetherItActsAndKeepsTheDefaultsOfTheRest() {
        var text = DEPLOYMENT + document("ForecastPolicy", "p", "deployment: chat", "mode: ACT");
        var result = ManifestCheck.check(List.of(new ManifestFile("a.yaml", text)));

        assertThat(result)
                .isInstanceOfSatisfying(
                        ManifestResult.Valid.class,
                        valid -> {
                            var policies = valid.manifests().policies(0, 0);
                            var chat = new DeploymentId("chat");
                            assertThat(policies.autonomyOfForecasts(chat)).isEqualTo(Autonomy.AUTO);
                            assertThat(policies.forecastingOf(chat).maxAge())
                                    .isEqualTo(ForecastPolicy.defaults(chat).maxAge());
                            assertThat(policies.autonomyOfForecasts(new DeploymentId("other")))
                                    .isEqualTo(Autonomy.ADVISE);
                        });
    }

    @Test
    void reportsSeveralProblemsAtOnce() {
        var text =
                DEPLOYMENT
                        .replace("min: 1", "min: x")
                        .replace("tpot: 100ms", "tpott: 1")
                        .replace("name: chat", "nam: chat");

        assertThat(problems(text)).hasSize(3).isSortedAccordingTo((a, b) -> a.line() - b.line());
    }

    @Test
    void aPolicyMustNameADeploymentThatExists() {
        assertThat(problems(DEPLOYMENT + document("AutoscalingPolicy", "p", "deployment: chta")))
                .extracting(Problem::message)
                .containsExactly(
                        "spec.deployment names no Deployment: 'chta'; did you mean 'chat'?");
    }

    @Test
    void twoManifestsOfOneNameAreRefused() {
        var result =
                ManifestCheck.check(
                        List.of(
                                new ManifestFile("a.yaml", DEPLOYMENT),
                                new ManifestFile("b.yaml", DEPLOYMENT)));

        assertThat(result)
                .isInstanceOfSatisfying(
                        ManifestResult.Invalid.class,
                        invalid ->
                                assertThat(invalid.render())
                                        .contains(
                                                "b.yaml:4:9: error: a second Deployment of the name 'chat'; the first is a.yaml:4"));
    }

    @Test
    void aSecondRecoveryPolicyAndASecondAutoscalingOfOneDeploymentAreRefused() {
        var text =
                DEPLOYMENT
                        + document("RecoveryPolicy", "one", "nodeSilence: 6s")
                        + document("RecoveryPolicy", "two", "nodeSilence: 6s")
                        + document("AutoscalingPolicy", "three", "deployment: chat")
                        + document("AutoscalingPolicy", "four", "deployment: chat");

        assertThat(problems(text))
                .extracting(Problem::message)
                .containsExactly(
                        "a fleet has one RecoveryPolicy; the first is chat.yaml:19",
                        "a second AutoscalingPolicy of 'chat'; the first is chat.yaml:31");
    }

    @Test
    void aFileWithoutAManifestIsAProblemBecauseItMayBeHalfWritten() {
        assertThat(problems("# nothing yet\n"))
                .extracting(Problem::summary)
                .containsExactly("chat.yaml: error: the file holds no manifest");
    }

    @Test
    void readsATenantWithTheBurstsThatFollowFromItsRates() {
        var tenant =
                requireNonNull(
                        valid(
                                        tenant("acme", "keys: [" + KEY + "]", "weight: 2.5")
                                                + tenant(
                                                        "beta",
                                                        "keys:",
                                                        "  - " + OTHER_KEY,
                                                        "requestsPerSecond: 2.5",
                                                        "tokensPerMinute: 6000",
                                                        "tokenBurst: 1000",
                                                        "concurrency: 3"))
                                .tenants()
                                .get("beta"));

        assertThat(tenant.keyHashes()).containsExactly(OTHER_KEY);
        assertThat(tenant.weight()).isEqualTo(1);
        assertThat(tenant.limits())
                .isEqualTo(
                        new TenantLimits(
                                new TenantLimits.Rate(2.5, 2.5),
                                new TenantLimits.Rate(100, 1000),
                                3));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "weight: 1 | weight: 0 | spec.weight (0) must be from 0.01 to 100.0",
                "weight: 1 | requestsPerSecond: fast | spec.requestsPerSecond must be a number, not the text 'fast'",
                "weight: 1 | requestBurst: 5 | spec.requestBurst needs spec.requestsPerSecond",
                "weight: 1 | concurrency: 0 | spec.concurrency (0) must be from 1 to 1000000",
                "weight: 1 | rate: 5 | unknown key in spec 'rate'",
                "keys: | key: | unknown key in spec 'key'; did you mean 'keys'?",
                "keys: [K] | keys: [] | spec.keys must have 1 to 100 entries, not 0",
                "keys: [K] | keys: [K, K] | spec.keys[1] stands there twice",
                "keys: [K] | keys: sk-secret | spec.keys must be a list",
                "keys: [K] | keys: [sk-secret] | spec.keys[0] must be the SHA-256 of a key, 64 digits 0-9a-f",
            })
    void saysWhatIsWrongInATenantAndNeverShowsWhatMayBeAKey(
            String wrongText, String replacement, String message) {
        var text =
                tenant("acme", "keys: [K]", "weight: 1")
                        .replace(wrongText, replacement)
                        .replace("[K", "[" + KEY)
                        .replace(" K]", " " + KEY + "]");
        var result = ManifestCheck.check(List.of(new ManifestFile("t.yaml", text)));

        assertThat(((ManifestResult.Invalid) result).problems().getFirst().message())
                .startsWith(message);
        assertThat(((ManifestResult.Invalid) result).render()).doesNotContain("sk-secret");
    }

    @Test
    void twoTenantsHaveNoKeyInCommon() {
        assertThat(
                        problems(
                                        tenant("acme", "keys: [" + KEY + "]")
                                                + tenant("beta", "keys: [" + KEY + "]"))
                                .getFirst()
                                .message())
                .startsWith("spec.keys: the key 00000000... is also that of 'acme'");
    }

    private static String tenant(String name, String... spec) {
        return document("Tenant", name, spec);
    }

    @Test
    void brokenYamlIsPointedAt() {
        var problem = problems("kind: [Deployment\nmetadata: {}\n").getFirst();

        assertThat(problem.line()).isEqualTo(2);
        assertThat(problem.message()).contains("expected ',' or ']'");
    }

    @Test
    void aliasBombsDeepNestingAndHugeFilesAreRefusedUnbuilt() {
        assertThat(problems("a: &a [x]\nb: [*a, *a]\n").getFirst().message())
                .startsWith("aliases (*name) are not allowed");
        assertThat(problems("[".repeat(5_000) + "]".repeat(5_000)).getFirst().message())
                .contains("nested deeper");
        assertThat(problems("#".repeat(Documents.MOST_CHARACTERS + 1)).getFirst().message())
                .contains("at most");
    }

    @Test
    void anyTextGivesAResultAndNeverAnException() {
        var random = new java.util.Random(3);
        var letters = "aksp:-[]{}\"'\n\n  #&*!|>%@`0.9\t\u0000é€";
        IntStream.range(0, 3_000)
                .mapToObj(i ->
                        DEPLOYMENT.substring(0, random.nextInt(DEPLOYMENT.length()))
                                + letters.charAt(random.nextInt(letters.length()))
                                + letters.charAt(random.nextInt(letters.length()))
                                + DEPLOYMENT.substring(random.nextInt(DEPLOYMENT.length())))
                .forEach(text ->
                        assertThat(
                                        ManifestCheck.check(
                                                List.of(new ManifestFile("fuzz.yaml", text))))
                                .as(text)
                                .satisfies(result -> {
                                    if (result instanceof ManifestResult.Invalid invalid) {
                                        assertThat(invalid.render()).contains("fuzz.yaml");
                                    }
                                }));
    }

    private static String document(String kind, String name, String... spec) {
        return "---\napiVersion: keelson.dev/v1\nkind: %s\nmetadata: {name: %s}\nspec:\n  %s\n"
                .formatted(kind, name, String.join("\n  ", spec));
    }

    private static ManifestSet valid(String text) {
        var result = ManifestCheck.check(List.of(new ManifestFile("chat.yaml", text)));
        if (result instanceof ManifestResult.Valid(var manifests)) {
            return manifests;
        }
        throw new AssertionError(((ManifestResult.Invalid) result).render());
    }

    private static List<Problem> problems(String text) {
        var result = ManifestCheck.check(List.of(new ManifestFile("chat.yaml", text)));
        assertThat(result).isInstanceOf(ManifestResult.Invalid.class);
        return ((ManifestResult.Invalid) result).problems();
    }
}
