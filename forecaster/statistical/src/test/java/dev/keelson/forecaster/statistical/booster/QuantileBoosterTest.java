package dev.keelson.forecaster.statistical.booster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Held to LightGBM's losses on datasets/booster-fixture. */
class QuantileBoosterTest {
    private static final int FEATURES = 10;
    private static final int SEEDS = 5;

    private static float[][] train = new float[0][];
    private static float[][] test = new float[0][];
    private static BinnedRows rows = BinnedRows.of(new float[] {0}, 1, 3);
    private static float[] targets = new float[0];
    private static float[] weights = new float[0];
    private static float[] testRows = new float[0];

    @BeforeAll
    static void readTheFixture() throws IOException {
        train = read("train.csv.gz");
        test = read("test.csv.gz");
        rows = BinnedRows.of(features(train), FEATURES, 127);
        testRows = features(test);
        targets = column(train, FEATURES);
        weights = column(train, FEATURES + 1);
    }

    @ParameterizedTest
    @CsvSource({"0.025, .08427", "0.1, .19550", "0.5, .36983", "0.9, .18725", "0.975, .07583"})
    void losesNoMoreThanLightGbmAtEveryLevel(double level, double lightGbm) {
        double loss = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            loss += pinball(train(level, seed).predict(testRows), level) / SEEDS;
        }

        // Within 2 %, or better: at .975 it lies 4 % below LightGBM's.
        assertThat(loss / lightGbm).isBetween(.95, 1.02);
    }

    @Test
    void givesTheSameBytesOnOneThreadAndOnTwo() throws Exception {
        var levels = List.of(.1, .5, .9);
        var alone = levels.stream().map(level -> bytes(train(level, 1))).toList();
        try (var two = Executors.newFixedThreadPool(2)) {
            List<Callable<byte[]>> tasks =
                    levels.stream()
                            .map(level -> (Callable<byte[]>) () -> bytes(train(level, 1)))
                            .toList();
            List<Future<byte[]>> together = two.invokeAll(tasks);
            for (int i = 0; i < levels.size(); i++) {
                assertThat(together.get(i).get()).isEqualTo(alone.get(i));
            }
        }
    }

    @Test
    void otherSeedsGiveOtherTrees() {
        assertThat(bytes(train(.5, 1))).isNotEqualTo(bytes(train(.5, 2)));
    }

    @Test
    void comesBackFromItsBytes() throws IOException {
        BoostedTrees model = train(.9, 3);

        BoostedTrees read = BoostedTrees.read(input(bytes(model)));

        assertThat(read.predict(testRows)).isEqualTo(model.predict(testRows));
    }

    @Test
    void damagedOrForeignBytesAreRefused() {
        byte[] bytes = bytes(train(.5, 1));
        byte[] child = bytes.clone();
        // The left child of the first node: 4 words of header, tree's node count, feature,
        // missing, threshold.
        child[20 + 1 + 1 + 1 + 4] = 120;

        assertThatThrownBy(() -> BoostedTrees.read(input(child))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> BoostedTrees.read(input(new byte[] {1, 2, 3, 4, 5, 6, 7, 8})))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no boosted trees");
        assertThatThrownBy(() ->
                        BoostedTrees.read(input(java.util.Arrays.copyOf(bytes, bytes.length / 2))))
                .isInstanceOf(IOException.class);
    }

    @Test
    void missingValuesGoTheWayThatTheTrainingShowed() {
        float[] values = new float[400];
        float[] outcome = new float[400];
        float[] one = new float[400];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 4 == 0 ? Float.NaN : i % 4;
            outcome[i] = i % 4 == 0 ? 50 : i % 4;
            one[i] = 1;
        }
        var settings = new BoosterSettings(60, .3, 8, 5, 1, 1, 15, 1);

        var model = QuantileBooster.train(BinnedRows.of(values, 1, 15), outcome, one, .5, settings);

        assertThat(model.predict(new float[] {Float.NaN, 1, 3}))
                .usingComparatorWithPrecision(.5f)
                .containsExactly(50, 1, 3);
    }

    @Test
    void aConstantTargetIsItsOwnForecast() {
        float[] one = new float[100];
        java.util.Arrays.fill(one, 1);
        float[] seven = new float[100];
        java.util.Arrays.fill(seven, 7);
        var settings = new BoosterSettings(5, .1, 4, 5, 1, .7, 15, 1);

        var model = QuantileBooster.train(BinnedRows.of(one, 1, 15), seven, one, .9, settings);

        assertThat(model.predict(new float[] {0, 1, Float.NaN})).containsExactly(7, 7, 7);
    }

    private static BoostedTrees train(double level, long seed) {
        var settings = new BoosterSettings(150, .06, 31, 40, .6, .7, 127, seed);
        return QuantileBooster.train(rows, targets, weights, level, settings);
    }

    private static double pinball(float[] predictions, double level) {
        double sum = 0;
        for (int i = 0; i < predictions.length; i++) {
            double miss = test[i][FEATURES] - predictions[i];
            sum += Math.max(level * miss, (level - 1) * miss);
        }
        return sum / predictions.length;
    }

    private static byte[] bytes(BoostedTrees model) {
        var bytes = new ByteArrayOutputStream();
        try {
            model.write(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static DataInputStream input(byte[] bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }

    private static float[] features(float[][] table) {
        float[] result = new float[table.length * FEATURES];
        for (int i = 0; i < table.length; i++) {
            System.arraycopy(table[i], 0, result, i * FEATURES, FEATURES);
        }
        return result;
    }

    private static float[] column(float[][] table, int place) {
        float[] result = new float[table.length];
        for (int i = 0; i < table.length; i++) {
            result[i] = table[i][place];
        }
        return result;
    }

    private static float[][] read(String name) throws IOException {
        Path file =
                Path.of(
                        System.getProperty("keelson.root", "../.."),
                        "datasets",
                        "booster-fixture",
                        name);
        try (var reader =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(file)),
                                StandardCharsets.UTF_8))) {
            return reader.lines().skip(1).map(QuantileBoosterTest::numbers).toArray(float[][]::new);
        }
    }

    private static float[] numbers(String line) {
        String[] cells = line.split(",", -1);
        float[] numbers = new float[cells.length];
        for (int i = 0; i < cells.length; i++) {
            numbers[i] = cells[i].isEmpty() ? Float.NaN : Float.parseFloat(cells[i]);
        }
        return numbers;
    }
}
