package dev.keelson.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlFileTest {
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    @Test
    void takesValuesByKeyAndListsOfSections() {
        var file =
                parse(
                        """
                        share: 0.25
                        lead: 2.5s
                        long: 7d
                        kind: spot
                        nodes:
                          - {name: a, count: 2}
                          - {name: b}
                        """);

        assertThat(file.number("share", 0, 1)).isEqualTo(0.25);
        assertThat(file.duration("lead")).isEqualTo(Duration.ofMillis(2_500));
        assertThat(file.duration("long")).isEqualTo(Duration.ofDays(7));
        assertThat(file.word("kind", List.of("spot", "fixed"))).isEqualTo("spot");
        assertThat(file.has("absent")).isFalse();
        assertThat(file.sections("nodes"))
                .extracting(node -> node.text("name") + node.whole("count", 1, 9, 1))
                .containsExactly("a2", "b1");
        file.noMoreKeys();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "share: 2 | 'share' (2) must be a number from 0 to 1.",
                "share: NaN | 'share' (NaN) must be a number from 0 to 1.",
                "share: [1] | 'share' must be a single value.",
                "other: 1 | the key 'share' is missing."
            })
    void namesFileLineKeyAndWhatWasExpected(String text, String problem) {
        assertThatThrownBy(() -> parse("\n" + text).number("share", 0, 1))
                .isInstanceOf(Refused.class)
                .hasMessage("a.yaml:2: " + problem);
    }

    @Test
    void namesTheItemOfAListThatIsWrong() {
        var file = parse("nodes:\n  - {name: a}\n  - {nam: b}\n");
        file.sections("nodes").forEach(node -> node.optionalText("name"));

        assertThatThrownBy(file::noMoreKeys)
                .hasMessage("a.yaml:3: unknown key 'nodes[1].nam'; known here: name.");
        assertThatThrownBy(() -> parse("nodes: a\n").sections("nodes"))
                .hasMessage("a.yaml:1: 'nodes' must be a list.");
        assertThatThrownBy(() -> parse("kind: x\n").word("kind", List.of("a", "b")))
                .hasMessage("a.yaml:1: 'kind' (x) must be one of: a, b.");
    }

    @Test
    void saysThatAFileIsNotThere() {
        assertThatThrownBy(() -> YamlFile.read(Path.of("nowhere.yaml"), Refused::new))
                .isInstanceOf(Refused.class)
                .hasMessage("nowhere.yaml: there is no such file.");
    }

    private static YamlSection parse(String text) {
        return YamlFile.parse("a.yaml", text, Refused::new);
    }
}
