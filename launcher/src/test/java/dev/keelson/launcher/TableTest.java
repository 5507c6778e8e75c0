package dev.keelson.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TableTest {
    @ParameterizedTest
    @CsvSource({
        "1.8333333333333335, 1.833",
        "0.0123456789, 0.01235",
        "12345.678, 12346",
        "3.0, 3",
        "0.0, 0",
        "-0.25, -0.25",
        "123456789, 123456789"
    })
    void measuresHaveFourDigitsAndCountsAllOfThem(String json, String text)
            throws JsonProcessingException {
        assertThat(Table.cell(new ObjectMapper().readTree(json))).isEqualTo(text);
    }
}
