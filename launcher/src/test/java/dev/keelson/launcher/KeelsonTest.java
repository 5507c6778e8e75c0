package dev.keelson.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeelsonTest {
    @Test
    void whatIsForAnotherProcessIsNotReadAsOurOptions() {
        assertThat(forwarded("model fetch hf:a/b --hub URL"))
                .isEqualTo("model fetch -- hf:a/b --hub URL");
        assertThat(forwarded("model train --out DIR")).isEqualTo("model train -- --out DIR");
        assertThat(forwarded("sim run --trace F")).isEqualTo("sim -- run --trace F");
        assertThat(forwarded("up --detach")).isEqualTo("up --detach");
        assertThat(forwarded("model train")).isEqualTo("model train");
    }

    private static String forwarded(String line) {
        return String.join(" ", Keelson.forwarded(line.split(" ")));
    }
}
