package dev.keelson.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.runtime.knobs.Knob;
import dev.keelson.runtime.testing.TinyModels;
import dev.keelson.runtime.tokenizer.BpeTokenizer;
import dev.keelson.runtime.tokenizer.BpeTrainer;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DraftTokensTest {
    private static final Path PATH = Path.of("small");
    private static final BpeTokenizer TOKENIZER =
            BpeTrainer.train(List.of("the node drains the node"), 260);

    @Test
    void aSmallerModelOfTheSameTokensMayGuess() {
        LoadedModel model = model(TOKENIZER, 260, 128);
        assertThatCode(() -> model.requireDraft(model(TOKENIZER, 260, 64), PATH, 64))
                .doesNotThrowAnyException();
    }

    @Test
    void oneWithAnotherTokenizerIsRefused() {
        BpeTokenizer other = BpeTrainer.train(List.of("a ship left a ship"), 260);
        LoadedModel model = model(TOKENIZER, 260, 128);
        assertThatThrownBy(() -> model.requireDraft(model(other, 260, 128), PATH, 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("--draft-model small has another tokenizer");
    }

    @Test
    void oneWithOtherTokensOrAShorterContextIsRefused() {
        LoadedModel model = model(TOKENIZER, 260, 128);
        assertThatThrownBy(() -> model.requireDraft(model(TOKENIZER, 270, 128), PATH, 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--draft-model small has weights for 270 tokens, the model for 260");
        assertThatThrownBy(() -> model.requireDraft(model(TOKENIZER, 260, 32), PATH, 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--draft-model small reads 32 tokens, less than max_model_len 64");
    }

    @Test
    void whoNamesADraftModelGetsFourGuessesUnlessHeSaysHowMany() {
        EngineOptions four = EngineOptions.parse(List.of("--model", "m", "--draft-model", "small"));
        assertThat(four.draftModel()).isEqualTo(PATH);
        assertThat(four.knobs()).containsEntry(Knob.NUM_SPECULATIVE_TOKENS, 4L);
        EngineOptions seven =
                EngineOptions.parse(
                        List.of(
                                "--model",
                                "m",
                                "--draft-model",
                                "small",
                                "--knob",
                                "num_speculative_tokens=7"));
        assertThat(seven.knobs()).containsEntry(Knob.NUM_SPECULATIVE_TOKENS, 7L);
        assertThat(EngineOptions.parse(List.of("--model", "m")).knobs()).isEmpty();
    }

    private static LoadedModel model(BpeTokenizer tokenizer, int vocabulary, int context) {
        LlamaConfig tiny = TinyModels.config("grouped heads, tied");
        var config =
                new LlamaConfig(
                        vocabulary,
                        tiny.hidden(),
                        tiny.feedForward(),
                        1,
                        tiny.heads(),
                        tiny.keyValueHeads(),
                        tiny.headWidth(),
                        context,
                        tiny.rope(),
                        tiny.normEpsilon(),
                        true,
                        false,
                        false);
        LlamaWeights weights = TinyModels.weights(config, 1);
        return new LoadedModel(config, tokenizer, Set.of(0), null, weights);
    }
}
