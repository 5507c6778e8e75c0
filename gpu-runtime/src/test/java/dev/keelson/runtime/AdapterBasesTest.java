package dev.keelson.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.StepPlan;
import dev.keelson.runtime.engine.StepPlan.Load;
import dev.keelson.runtime.engine.StepPlan.Slice;
import dev.keelson.runtime.reference.ReferenceDecoder;
import dev.keelson.runtime.vector.VectorDecoder;
import dev.keelson.runtime.weights.LoraAdapter;
import dev.keelson.runtime.weights.LoraFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An adapter says the same on its base from a folder and on the same base from a GGUF file. */
class AdapterBasesTest {
    private static final Path MODELS =
            Path.of(System.getProperty("keelson.root", ".."), "models").toAbsolutePath();
    private static final EngineLimits LIMITS =
            new EngineLimits(1, 64, 16, 8, 128).withAdapters(1, 8);
    private static final int[] BLOCKS = {0, 1, 2, 3, 4, 5, 6, 7};
    private static final int TOKENS = 40;

    @Test
    void aGgufBaseServesTheFoldersAdapters(@TempDir Path folder) throws IOException {
        LoadedModel base = LoadedModel.read(MODELS.resolve("keelson-mini"));
        Path file = folder.resolve("mini.gguf");
        base.writeGguf(file);
        LoadedModel gguf = LoadedModel.read(file);
        for (String name : List.of("bullets", "lowercase", "polite")) {
            Path adapter = MODELS.resolve("keelson-mini-adapters").resolve(name);
            LoraAdapter own = LoraFolder.read(adapter, base.config(), 8);
            LoraAdapter onGguf = LoraFolder.read(adapter, gguf.config(), 8);
            List<Function<LoadedModel, Decoder>> decoders =
                    List.of(
                            m -> new ReferenceDecoder(m.weights(), LIMITS),
                            m -> new VectorDecoder(m.weights(), LIMITS, 2));
            for (Function<LoadedModel, Decoder> decoder : decoders) {
                try (Decoder a = decoder.apply(base);
                        Decoder b = decoder.apply(gguf)) {
                    int[] prompt = base.tokenizer().encode("In the mill");
                    assertThat(gguf.tokenizer().encode("In the mill")).isEqualTo(prompt);
                    List<Integer> adapted = answer(a, prompt, own);
                    assertThat(answer(b, prompt, onGguf)).as(name).isEqualTo(adapted);
                    assertThat(answer(a, prompt, null)).as(name).isNotEqualTo(adapted);
                }
            }
        }
    }

    private static List<Integer> answer(
            Decoder decoder, int[] prompt, @Nullable LoraAdapter adapter) {
        List<Load> loads = adapter == null ? List.of() : List.of(new Load(0, adapter));
        List<Integer> said = new ArrayList<>();
        int[] next = prompt;
        int read = 0;
        while (said.size() < TOKENS) {
            var slice = new Slice(0, next, read, BLOCKS, true, 0, adapter == null ? -1 : 0);
            float[] logits = decoder.step(new StepPlan(List.of(slice), List.of(), loads))[0];
            loads = List.of();
            read += next.length;
            next = new int[] {likeliest(logits)};
            said.add(next[0]);
        }
        return said;
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }
}
