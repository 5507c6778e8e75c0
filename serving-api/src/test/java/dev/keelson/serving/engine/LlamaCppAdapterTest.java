package dev.keelson.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LlamaCppAdapterTest {
    private static final SortedMap<String, String> NONE = new TreeMap<>();
    private final LlamaCppAdapter adapter = new LlamaCppAdapter();

    @Test
    void givesEveryOptionAWordOfItsOwnAndLetsTheAgentsStandLast() {
        var knobs = Map.of("parallel", "4", "ctx_size", "8192", "mmap", "false", "mlock", "true");
        var start =
                new EngineStart(
                        List.of("llama-server"),
                        "/models/a b.gguf",
                        "chat",
                        "127.0.0.1",
                        9000,
                        new TreeMap<>(knobs),
                        NONE,
                        Duration.ofSeconds(45));
        assertThat(adapter.arguments(start))
                .containsExactly(
                        "--ctx-size",
                        "8192",
                        "--mlock",
                        "--no-mmap",
                        "--parallel",
                        "4",
                        "--model",
                        "/models/a b.gguf",
                        "--alias",
                        "chat",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        "9000",
                        "--metrics");
    }

    @Test
    void servesNoAdaptersByName() {
        assertThat(adapter.objection(NONE, new TreeMap<>(Map.of("polite", "a.gguf"))))
                .hasValueSatisfying(why -> assertThat(why).contains("spec.adapters"));
    }

    @Test
    void refusesWhatIsTheAgentsToSetAndFiles() {
        assertThat(adapter.objection(new TreeMap<>(Map.of("host", "0.0.0.0")), NONE)).isPresent();
        assertThat(adapter.objection(new TreeMap<>(Map.of("no_metrics", "true")), NONE))
                .isPresent();
        assertThat(adapter.objection(new TreeMap<>(Map.of("slot_save_path", "/x")), NONE))
                .isPresent();
        assertThat(adapter.objection(new TreeMap<>(Map.of("threads", "2")), NONE)).isEmpty();
    }

    @Test
    void knowsItsPlacesByTheKnobOnly() {
        assertThat(adapter.maxSequences(new TreeMap<>(Map.of("parallel", "4")))).hasValue(4);
        assertThat(adapter.maxSequences(NONE)).isEmpty();
    }

    @Test
    void isDrainedBeforeItIsTold() {
        assertThat(adapter.drainBehaviour()).isEqualTo(DrainBehaviour.IDLE_THEN_TERMINATE);
        assertThat(adapter.drainNotice(Duration.ofSeconds(30))).isEmpty();
        assertThat(EngineAdapters.find("llama-cpp")).containsInstanceOf(LlamaCppAdapter.class);
    }
}
