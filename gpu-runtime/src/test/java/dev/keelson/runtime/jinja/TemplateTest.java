package dev.keelson.runtime.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code cases.json}: what Jinja2 3.1.6, set as transformers sets it, made of each template. */
class TemplateTest {
    private static final JsonNode FILE = file();
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-02-03T12:00:00Z"));

    static Stream<Arguments> cases() {
        return StreamSupport.stream(FILE.path("cases").spliterator(), false)
                .map(c -> Arguments.of(c.path("name").asText(), c));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void aTemplateGivesWhatJinjaGives(String name, JsonNode expected) throws TemplateException {
        String source = expected.path("template").asText();
        if (expected.has("error")) {
            assertThatThrownBy(() -> Template.parse(source).render(variables(), CLOCK))
                    .isInstanceOf(TemplateException.class);
        } else {
            assertThat(Template.parse(source).render(variables(), CLOCK))
                    .isEqualTo(expected.path("expected").asText());
        }
    }

    @Test
    void theDateIsTheClocks() throws TemplateException {
        assertThat(Template.parse("{{ strftime_now('%d %b %Y') }}").render(Map.of(), CLOCK))
                .isEqualTo("03 Feb 2026");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
                "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}",
                "{% set a = 'xxxxxxxxxxxxxxxx' %}{% for i in range(60) %}{{ a * 16777216 }}{% endfor %}",
                "{% set n = namespace(l=[1, 1]) %}{% for i in range(60) %}{% set n.l = n.l + n.l %}{% endfor %}",
                "{% set n = namespace(s='ab') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
            })
    @Timeout(20)
    void aTemplateThatNeverEndsIsEnded(String source) throws TemplateException {
        Template template = Template.parse(source);
        assertThatThrownBy(() -> template.render(variables(), CLOCK))
                .isInstanceOf(TemplateException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    @Timeout(20)
    void aMutilatedTemplateIsRenderedOrRefused(long seed) {
        var random = new Random(seed);
        List<String> sources =
                StreamSupport.stream(FILE.path("cases").spliterator(), false)
                        .map(c -> c.path("template").asText())
                        .toList();
        for (int i = 0; i < 400; i++) {
            var source = new StringBuilder(sources.get(random.nextInt(sources.size())));
            for (int change = random.nextInt(4); change >= 0; change--) {
                int at = random.nextInt(Math.max(1, source.length() - 1));
                switch (random.nextInt(3)) {
                    case 0 -> source.deleteCharAt(at);
                    case 1 -> source.insert(at, "{%}|([.'\"-0 ".charAt(random.nextInt(12)));
                    default -> source.setLength(Math.max(2, at));
                }
            }
            try {
                Template.parse(source.toString()).render(variables(), CLOCK);
            } catch (TemplateException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
    }

    private static Map<String, Object> variables() {
        Map<String, Object> variables =
                new ObjectMapper().convertValue(FILE.path("variables"), new TypeReference<>() {});
        Map<String, Object> given = new LinkedHashMap<>();
        variables.forEach((k, v) -> given.put(k, v == null ? Template.none() : v));
        return given;
    }

    private static JsonNode file() {
        try (InputStream in = TemplateTest.class.getResourceAsStream("cases.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
