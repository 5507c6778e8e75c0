package dev.keelson.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class StudyBenchCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void printsOnePartOfThePolicyTable() {
        int code = bench("policy-table", "--demand", "azure", "--fleet", "h100", "--policy", "hpa");

        assertThat(code).as(err.toString()).isZero();
        assertThat(out.toString())
                .startsWith("**azure × 1 on h100** (19,366 requests in 1 h")
                .contains("| hpa | 0.97 | 6.69 | 100.00 |")
                .contains("| oracle |");
    }

    @Test
    void saysWhichStudiesThereAre() {
        assertThat(bench("policy-tabel")).isEqualTo(2);
        assertThat(err.toString()).contains("policy-tabel").contains("policy-table");
        assertThat(bench("policy-table", "--fleet", "b200")).isEqualTo(2);
        assertThat(err.toString()).contains("There is no b200; known: rtx-4090, a100, h100");
        assertThat(out.toString()).isEmpty();
    }

    private int bench(String... words) {
        var all = new String[words.length + 3];
        all[0] = "bench";
        all[1] = "--datasets";
        all[2] = "../datasets";
        System.arraycopy(words, 0, all, 3, words.length);
        return SimMain.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all);
    }
}
