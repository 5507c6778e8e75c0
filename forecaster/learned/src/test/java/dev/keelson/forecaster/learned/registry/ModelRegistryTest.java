package dev.keelson.forecaster.learned.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.forecaster.learned.network.DeepAr;
import dev.keelson.forecaster.learned.network.NetworkShape;
import dev.keelson.forecaster.learned.network.RecurrentNetwork;
import dev.keelson.forecaster.learned.network.SeriesInputs;
import dev.keelson.forecaster.learned.plain.Autoregression;
import dev.keelson.forecaster.learned.plain.Forest;
import dev.keelson.forecaster.learned.plain.GaussianProcess;
import dev.keelson.forecaster.learned.registry.RefusedModelException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelRegistryTest {
    @TempDir Path folder;

    @Test
    void givesBackEveryKindAsItWasKept() throws Exception {
        var registry = new ModelRegistry(folder);
        for (StoredModel model : oneOfEach()) {
            registry.keep(model);
        }

        for (StoredModel model : oneOfEach()) {
            StoredModel loaded = registry.load(model.card().name());
            assertThat(loaded.card()).isEqualTo(model.card());
            assertThat(ModelCodec.encode(loaded)).isEqualTo(ModelCodec.encode(model));
        }
    }

    @Test
    void listsTheOldestTrainingWindowFirstAndSetsAsideWhatItRefuses() throws Exception {
        var registry = new ModelRegistry(folder);
        registry.keep(linear("b", 200));
        registry.keep(linear("a", 300));
        Files.writeString(folder.resolve("notes.model"), "not a model");

        ModelRegistry.Shelf shelf = registry.all();

        assertThat(shelf.models())
                .extracting(model -> model.card().name())
                .containsExactly("b", "a");
        assertThat(shelf.refused())
                .extracting(RefusedModelException::reason)
                .containsExactly(Reason.FOREIGN);
    }

    @Test
    void anAbsentFolderIsAnEmptyRegistry() throws IOException {
        assertThat(new ModelRegistry(folder.resolve("none")).all().models()).isEmpty();
    }

    @Test
    void aFileThatWasCutShortIsRefusedWhereverTheCutIs() throws Exception {
        byte[] whole = Files.readAllBytes(new ModelRegistry(folder).keep(linear("a", 1)));
        for (int length = 8; length < whole.length; length += 7) {
            Files.write(folder.resolve("a.model"), java.util.Arrays.copyOf(whole, length));
            assertThat(reasonOf("a")).as("first %d bytes", length).isEqualTo(Reason.CORRUPT);
        }
    }

    @Test
    void anyFlippedBitIsRefused() throws Exception {
        Path file = new ModelRegistry(folder).keep(oneOfEach().getFirst());
        byte[] whole = Files.readAllBytes(file);
        var random = new SplittableRandom(7);
        for (int i = 0; i < 200; i++) {
            byte[] changed = whole.clone();
            int at = random.nextInt(changed.length);
            changed[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, changed);
            assertThat(reasonOf("network"))
                    .as("byte %d", at)
                    .isIn(Reason.CORRUPT, Reason.FOREIGN, Reason.OTHER_VERSION);
        }
    }

    @Test
    void aModelUnderAnotherNameIsRefused() throws Exception {
        Path file = new ModelRegistry(folder).keep(linear("a", 1));
        Files.move(file, folder.resolve("b.model"));

        assertThat(reasonOf("b")).isEqualTo(Reason.IMPOSSIBLE);
    }

    @Test
    void aMissingModelSaysSo() {
        assertThat(reasonOf("none")).isEqualTo(Reason.UNREADABLE);
    }

    @Test
    void keepingReplacesAndLeavesNothingElseBehind() throws Exception {
        var registry = new ModelRegistry(folder);
        registry.keep(linear("a", 1));
        registry.keep(linear("a", 2));

        assertThat(registry.load("a").card().window().toEpochSecond()).isEqualTo(2);
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly("a.model");
        }
    }

    @Test
    void aNameThatCouldLeaveTheFolderIsNoName() {
        assertThatThrownBy(() -> linear("../a", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("../a");
    }

    private Reason reasonOf(String name) {
        try {
            new ModelRegistry(folder).load(name);
        } catch (RefusedModelException e) {
            return e.reason();
        }
        throw new AssertionError(name + " was not refused");
    }

    private static List<StoredModel> oneOfEach() {
        var shape = new NetworkShape(SeriesInputs.WIDTH, 3, 2, 2);
        float[] parameters = new float[shape.parameters()];
        var random = new SplittableRandom(1);
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = (float) (random.nextDouble() - .5);
        }
        List<StoredModel> models = new ArrayList<>();
        models.add(
                new StoredModel.Recurrent(
                        card("network", ModelKind.DEEP_AR, 1),
                        new DeepAr(new RecurrentNetwork(shape, parameters), 12)));
        models.add(
                new StoredModel.Trees(
                        card("forest", ModelKind.FOREST, 1),
                        new Forest(
                                new int[] {-2, 1, 1, 0, 2, 3, -1, 0, 0, -1, 0, 0},
                                new double[] {0, .5, 1, 2})));
        models.add(linear("linear", 1));
        models.add(
                new StoredModel.Kernel(
                        card("process", ModelKind.GAUSSIAN_PROCESS, 1),
                        new GaussianProcess(
                                2, 1.5, 3, 4, new double[] {1, 2, 3, 4}, new double[] {5, 6})));
        return models;
    }

    private static StoredModel linear(String name, long to) {
        return new StoredModel.Linear(
                card(name, ModelKind.AUTOREGRESSION, to),
                new Autoregression(1, new double[] {.5, .25}));
    }

    private static ModelCard card(String name, ModelKind kind, long to) {
        var losses = new TreeMap<String, Double>();
        losses.put("pinball", .25);
        return new ModelCard(
                name,
                kind,
                new ModelCard.TrainingWindow(List.of("chat"), 0, to, 60, 10),
                ModelCard.Statistics.of(new double[] {1, Double.NaN, 3}),
                losses,
                5,
                "0.1.0",
                7);
    }
}
