package dev.keelson.runtime.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BpeTokenizerTest {
    private static final BpeTokenizer TOKENIZER =
            BpeTrainer.train(
                    List.of(
                            "the node serves the request and the engine drains the node",
                            "drains, drained; 1234"),
                    300);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyTextComesBackUnchanged(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            String text = randomText(random);
            assertThat(TOKENIZER.decode(TOKENIZER.encode(text))).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void textThatComesTokenByTokenIsTheSameText(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            String text = randomText(random);
            var assembler = new TextAssembler(TOKENIZER);
            var pieces = new StringBuilder();
            for (int token : TOKENIZER.encode(text)) {
                pieces.append(assembler.add(token));
            }
            assertThat(pieces.append(assembler.finish())).hasToString(text);
        }
    }

    @Test
    void anUnfinishedCharacterBecomesTheReplacementCharacterAtTheEnd() {
        int[] euro = TOKENIZER.encode("€");
        var assembler = new TextAssembler(TOKENIZER);
        assertThat(assembler.add(euro[0])).isEmpty();
        assertThat(assembler.finish()).isEqualTo("\uFFFD");
    }

    @Test
    void frequentWordsBecomeFewTokens() {
        assertThat(TOKENIZER.encode(" the node")).hasSizeLessThan(4);
    }

    @Test
    void aSpecialTokenInTextIsOnlyText() {
        assertThat(TOKENIZER.encode(BpeTrainer.END_OF_TEXT)).doesNotContain(0);
        assertThat(TOKENIZER.decode(0)).isEmpty();
    }

    @Test
    void aLongWordTakesNoQuadraticTime() {
        String word = "drains".repeat(100_000);
        assertThat(TOKENIZER.decode(TOKENIZER.encode(word))).isEqualTo(word);
    }

    @Test
    void aWrittenTokenizerReadsBackTheSame(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("tokenizer.json");
        TokenizerFile.write(TOKENIZER, file);
        BpeTokenizer read = TokenizerFile.read(file);
        String text = "the engine drains, 42 Jahre später — naïve 🚢";
        assertThat(read.encode(text)).containsExactly(TOKENIZER.encode(text));
        assertThat(read.begin()).containsExactly(0);
        assertThat(read.control()).isEqualTo(TOKENIZER.control());
    }

    @Test
    void aFileThatIsNoTokenizerIsNamed(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("tokenizer.json"), "{\"model\":{}}");
        assertThatThrownBy(() -> TokenizerFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
    }

    private static String randomText(Random random) {
        var text = new StringBuilder();
        int length = random.nextInt(40);
        for (int i = 0; i < length; i++) {
            int kind = random.nextInt(5);
            int c =
                    switch (kind) {
                        case 0 -> random.nextInt(0x80);
                        case 1 -> 'a' + random.nextInt(26);
                        case 2 -> random.nextInt(0x800);
                        case 3 -> random.nextInt(0x10000);
                        default -> random.nextInt(0x110000);
                    };
            text.appendCodePoint(c >= 0xD800 && c <= 0xDFFF ? ' ' : c);
        }
        return text.toString();
    }
}
