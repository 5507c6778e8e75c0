package dev.keelson.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VllmAdapterTest {
    private static final SortedMap<String, String> NONE = new TreeMap<>();
    private final VllmAdapter adapter = new VllmAdapter();

    private static EngineStart start(
            List<String> command, Map<String, String> knobs, Map<String, String> adapters) {
        return new EngineStart(
                command,
                "/models/chat",
                "chat",
                "127.0.0.1",
                9000,
                new TreeMap<>(knobs),
                new TreeMap<>(adapters),
                Duration.ofSeconds(45));
    }

    @Test
    void namesTheModelAsTheModuleTakesItAndLetsTheAgentsOwnOptionsStandLast() {
        var module = List.of("python", "-m", "vllm.entrypoints.openai.api_server");
        var knobs =
                Map.of(
                        "max_num_seqs", "32",
                        "enforce_eager", "true",
                        "enable_prefix_caching", "false",
                        "speculative_config.num_speculative_tokens", "4",
                        "dtype", "; rm -rf");
        assertThat(adapter.arguments(start(module, knobs, Map.of())))
                .containsExactly(
                        "--model=/models/chat",
                        "--dtype=; rm -rf",
                        "--no-enable-prefix-caching",
                        "--enforce-eager",
                        "--max-num-seqs=32",
                        "--speculative-config.num_speculative_tokens=4",
                        "--served-model-name=chat",
                        "--host=127.0.0.1",
                        "--port=9000");
    }

    @Test
    void namesTheModelFirstWhereTheCommandIsServe() {
        assertThat(adapter.arguments(start(List.of("vllm", "serve"), Map.of(), Map.of())))
                .containsExactly(
                        "/models/chat",
                        "--served-model-name=chat",
                        "--host=127.0.0.1",
                        "--port=9000");
    }

    @Test
    void servesAdaptersUnderTheirNames() {
        var adapters = Map.of("polite", "/models/a b", "terse", "/models/terse");
        assertThat(adapter.arguments(start(List.of("vllm", "serve"), Map.of(), adapters)))
                .containsSequence(
                        "--enable-lora",
                        "--lora-modules",
                        "polite=/models/a b",
                        "terse=/models/terse",
                        "--served-model-name=chat");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "host",
                "port",
                "served_model_name",
                "trust_remote_code",
                "trust-remote",
                "no_headless",
                "kv_transfer_config.kv_connector_module_path",
                "worker_cls"
            })
    void refusesWhatIsTheAgentsOrTheNodesToSet(String knob) {
        assertThat(adapter.objection(new TreeMap<>(Map.of(knob, "true")), NONE))
                .hasValueSatisfying(why -> assertThat(why).contains("'" + knob + "'", "command"));
    }

    @Test
    void refusesFilesAndAddressesAndLeavesEverythingElseToTheEngine() {
        assertThat(adapter.objection(new TreeMap<>(Map.of("tokenizer", "/etc/x")), NONE))
                .hasValueSatisfying(why -> assertThat(why).contains("tokenizer", "/etc/x"));
        var others = Map.of("max_model_len", "1k", "config_format", "hf", "surprise", "{}");
        assertThat(adapter.objection(new TreeMap<>(others), NONE)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"3, 3", "0, 1"})
    void knowsItsPlacesByTheKnobOnly(String knob, int places) {
        assertThat(adapter.maxSequences(new TreeMap<>(Map.of("max_num_seqs", knob))))
                .hasValue(places);
        assertThat(adapter.maxSequences(NONE)).isEmpty();
        assertThat(adapter.maxSequences(new TreeMap<>(Map.of("max_num_seqs", "many")))).isEmpty();
    }

    @Test
    void isDrainedBeforeItIsTold() {
        assertThat(adapter.drainBehaviour()).isEqualTo(DrainBehaviour.IDLE_THEN_TERMINATE);
        assertThat(adapter.drainNotice(Duration.ofSeconds(30))).isEmpty();
        assertThat(EngineAdapters.find("vllm")).containsInstanceOf(VllmAdapter.class);
    }
}
