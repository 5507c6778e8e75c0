package dev.keelson.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadTest {
    private static final String CLIENTS =
            "client,window_start_s,rate_req_per_s,cv,pattern,shape,scale\n";

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({"0.5, 1.414", "1, 1", "4, 0.5", "0.1, 3.162"})
    void gammaGapsHaveTheirMeanAndVariation(double shape, double variation) {
        assertMoments(new GapLaw.Gamma(shape), variation);
    }

    @ParameterizedTest
    // The variation of Weibull is sqrt(G(1 + 2/k) / G(1 + 1/k)^2 - 1).
    @CsvSource({"0.7, 1.462", "1, 1", "2, 0.5227"})
    void weibullGapsHaveTheirMeanAndVariation(double shape, double variation) {
        assertMoments(GapLaw.Weibull.of(shape), variation);
    }

    private static void assertMoments(GapLaw law, double variation) {
        var random = new SplittableRandom(5);
        int n = 400_000;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < n; i++) {
            double gap = law.draw(random);
            sum += gap;
            squares += gap * gap;
        }
        double mean = sum / n;
        assertThat(mean).isCloseTo(1, within(0.03));
        assertThat(Math.sqrt(squares / n - mean * mean) / mean)
                .isCloseTo(variation, within(variation * 0.03));
    }

    @Test
    void everyClientKeepsItsRateInEachWindow() throws IOException {
        var trace =
                clients(
                        """
                        3,0,2,1,Gamma,0.8,0.6
                        3,600,0.5,1.5,Weibull,0.7,1
                        7,600,1,1,Gamma,1,1
                        """,
                        10);

        assertThat(trace.seconds()).isEqualTo(1_200);
        assertThat(count(trace, "client-3", 0, 600)).isBetween(11_000L, 13_000L);
        assertThat(count(trace, "client-3", 600, 1_200)).isBetween(2_600L, 3_400L);
        assertThat(count(trace, "client-7", 0, 600)).isZero();
        assertThat(count(trace, "client-7", 600, 1_200)).isBetween(5_600L, 6_400L);
        assertThat(trace.stream().toList())
                .isSortedAccordingTo(java.util.Comparator.comparingDouble(TraceRequest::seconds));
        assertThat(trace.stream().toList()).containsExactlyElementsOf(trace);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    '3,0,2,1,Gamma,0.8'              | :2: expected 7 cells
                    '3,0,2,1,Pareto,0.8,1'           | :2: pattern (Pareto) must be Gamma or Weibull
                    '3,0,2,1,Gamma,0,1'              | :2: shape (0) must be at least
                    '3,0,-2,1,Gamma,1,1'             | :2: rate_req_per_s (-2) must be a number from 0
                    '3,7,2,1,Gamma,1,1'              | :2: window_start_s (7) must be a multiple of 600
                    '3,600,2,1,Gamma,1,1;3,0,2,1,Gamma,1,1' | :3: window_start_s goes back
                    ''                               | :1: expected at least one line
                    """)
    void aBadClientFileIsNamedWithItsLineAndWhatWasExpected(String lines, String expected) {
        assertThatThrownBy(() -> clients(lines.replace(';', '\n'), 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("clients.csv" + expected);
    }

    @Test
    void burstsKeepTheRateOfADemandFileAndCrowdItsArrivals() throws IOException {
        var rates =
                Files.writeString(
                        folder.resolve("rates.csv"),
                        "day,hour,conversation,api,all\n0,0,2000,0,2000\n0,1,6000,0,6000\n");

        var even = TraceFile.read(rates, choice(1, 1.0));
        var bursty = TraceFile.read(rates, choice(1, 4.0));

        assertThat(even.stream().filter(r -> r.seconds() < 3_600).count())
                .isBetween(1_800L, 2_200L);
        assertThat(bursty.count()).isBetween(6_500L, 9_500L);
        assertThat(variation(even)).isBetween(0.9, 1.25);
        assertThat(variation(bursty)).isGreaterThan(3);
    }

    private static double variation(Trace trace) {
        var gaps = new ArrayList<Double>();
        double last = 3_600;
        for (TraceRequest r : trace) {
            if (r.seconds() >= 3_600) {
                gaps.add(r.seconds() - last);
                last = r.seconds();
            }
        }
        double mean = gaps.stream().mapToDouble(g -> g).average().orElseThrow();
        double variance =
                gaps.stream().mapToDouble(g -> (g - mean) * (g - mean)).average().orElseThrow();
        return Math.sqrt(variance) / mean;
    }

    private static long count(Trace trace, String tenant, double from, double to) {
        return trace.stream()
                .filter(r -> r.label().tenant().equals(tenant))
                .filter(r -> r.seconds() >= from && r.seconds() < to)
                .count();
    }

    private Trace clients(String lines, double scale) throws IOException {
        var file = Files.writeString(folder.resolve("clients.csv"), CLIENTS + lines);
        return TraceFile.read(file, choice(scale, null));
    }

    private TraceChoice choice(double scale, @Nullable Double burstiness) throws IOException {
        var lengths =
                Files.writeString(
                        folder.resolve("lengths.csv"),
                        "time,prompt_tokens,output_tokens\n0,100,10\n1,200,20\n");
        return new TraceChoice(scale, 1, null, 0, 99, lengths, burstiness, 1);
    }
}
