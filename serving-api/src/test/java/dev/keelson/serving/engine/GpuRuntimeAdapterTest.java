package dev.keelson.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GpuRuntimeAdapterTest {
    private final GpuRuntimeAdapter adapter = new GpuRuntimeAdapter();

    @Test
    void makesOneArgumentPerWordWhateverTheKnobsHold() {
        var knobs = new TreeMap<>(Map.of("min_step_ms", "20; rm -rf /", "max_num_seqs", "4"));
        var start =
                new EngineStart(
                        List.of("java"),
                        "/models/tiny",
                        "tiny",
                        "127.0.0.1",
                        9000,
                        knobs,
                        new TreeMap<>(Map.of("polite", "/models/a b")),
                        Duration.ofSeconds(45));
        assertThat(adapter.arguments(start))
                .containsExactly(
                        "--model",
                        "/models/tiny",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        "9000",
                        "--served-model",
                        "tiny",
                        "--knob",
                        "max_num_seqs=4",
                        "--knob",
                        "min_step_ms=20; rm -rf /",
                        "--lora",
                        "polite=/models/a b",
                        "--agent-grace",
                        "45000ms");
    }

    @Test
    void knowsHowManySequencesTheEngineTakes() {
        assertThat(adapter.maxSequences(new TreeMap<>())).hasValue(8);
        assertThat(adapter.maxSequences(new TreeMap<>(Map.of("max_num_seqs", "3")))).hasValue(3);
        assertThat(adapter.maxSequences(new TreeMap<>(Map.of("max_num_seqs", "many")))).hasValue(8);
    }

    @Test
    void writesAnyModelNameIntoTheProbe() {
        assertThat(adapter.probe("a\"b\\c").body())
                .isEqualTo(
                        "{\"model\":\"a\\\"b\\\\c\",\"prompt\":\"a\",\"max_tokens\":1,\"temperature\":0}");
    }

    @Test
    void tellsTheEngineByWhenItMustHaveFinished() {
        assertThat(adapter.drainNotice(Duration.ofSeconds(27)))
                .hasValue(new DrainNotice("/admin/drain", "{\"deadline_ms\":27000}"));
    }

    @Test
    void isFoundByItsName() {
        assertThat(EngineAdapters.find("gpu-runtime")).isPresent();
        assertThat(EngineAdapters.find("nothing")).isEmpty();
    }
}
