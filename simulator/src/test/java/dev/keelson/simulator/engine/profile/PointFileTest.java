package dev.keelson.simulator.engine.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PointFileTest {
    private static final String HEADER =
            "id,backend,backend_version,model_path,system,mode,isl,osl,gemm_quant_mode,moe_quant_mode,batch_size,tp_size,pp_size,attention_dp_size,moe_tp_size,moe_ep_size,silicon_ttft_ms,silicon_tpot_ms\n";
    private static final String ROW =
            "a,vllm,0.19,meta/llama,h200_sxm,agg,1024,512,fp8,,8,2,1,4,1,8,120.5,9.5\n";

    @TempDir Path folder = Path.of("");

    @Test
    void readsTheGivenSample() throws IOException {
        var points =
                PointFile.read(
                        Path.of("..", "datasets", "aiconfigurator", "silicon_sample.csv.gz"));

        assertThat(points).hasSize(4_304);
        assertThat(points).allMatch(p -> p.ttftMillis() > 0 && p.tpotMillis() > 0);
        assertThat(points).filteredOn(MeasuredPoint::aggregated).hasSize(2_809);
    }

    @Test
    void aBatchIsThatOfOneCopyWhereCopiesAreCounted() throws IOException {
        var counted = read(HEADER + ROW).getFirst();
        var blank = read(HEADER + ROW.replace("8,2,1,4,1,8", "8,2,1,,1,8")).getFirst();

        assertThat(counted.data()).isEqualTo(4);
        assertThat(counted.concurrency()).isEqualTo(32);
        assertThat(counted.experts()).isEqualTo("bfloat16");
        assertThat(blank.data()).isEqualTo(4);
        assertThat(blank.concurrency()).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ,agg,   | ,both,    | points.csv:2: mode is "both"
                    ,1024,  | ,-1,      | points.csv:2: isl is "-1"
                    ,120.5, | ,,        | points.csv:2: the cell "silicon_ttft_ms" is empty
                    ,120.5, | ,9e9,     | points.csv:2: silicon_ttft_ms is "9.0E9"
                    ,0.19,  | ,0.19,0,  | points.csv:2: the row has 19 cells
                    """)
    void aBadRowIsNamedWithItsLine(String from, String to, String expected) {
        assertThatThrownBy(() -> read(HEADER + ROW.replaceFirst(from, to)))
                .isInstanceOf(MalformedInputException.class)
                .hasMessageContaining(expected);
    }

    private java.util.List<MeasuredPoint> read(String text) throws IOException {
        return PointFile.read(Files.writeString(folder.resolve("points.csv"), text));
    }
}
