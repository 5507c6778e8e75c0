package dev.keelson.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DigitsTest {
    @ParameterizedTest
    @ValueSource(strings = {"0", "007", "999999999999999999"})
    void aNumberThatALongHolds(String text) {
        assertThat(Digits.isLong(text)).isTrue();
        assertThat(Long.parseLong(text)).isNotNegative();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "-1", "+1", "1 ", "1\n", "1_0", "0x1", "1000000000000000000", "٣"})
    void anythingElseIsNone(String text) {
        assertThat(Digits.isLong(text)).isFalse();
    }
}
