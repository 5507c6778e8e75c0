package dev.keelson.forecaster.learned.registry;

import dev.keelson.forecaster.learned.network.DeepAr;
import dev.keelson.forecaster.learned.network.NetworkShape;
import dev.keelson.forecaster.learned.network.RecurrentNetwork;
import dev.keelson.forecaster.learned.plain.Autoregression;
import dev.keelson.forecaster.learned.plain.Forest;
import dev.keelson.forecaster.learned.plain.GaussianProcess;
import dev.keelson.forecaster.learned.registry.ModelCard.Statistics;
import dev.keelson.forecaster.learned.registry.ModelCard.TrainingWindow;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The bytes between a model file's head and its checksum: plain numbers, never objects. */
final class ModelCodec {
    private static final int MOST_NAMES = 100_000;
    private static final int MOST_NUMBERS = 16 << 20;

    private ModelCodec() {}

    static byte[] encode(StoredModel stored) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        card(out, stored.card());
        switch (stored) {
            case StoredModel.Recurrent recurrent -> network(out, recurrent.model());
            case StoredModel.Trees trees -> {
                ints(out, trees.model().nodes());
                doubles(out, trees.model().numbers());
            }
            case StoredModel.Linear linear -> {
                out.writeDouble(linear.model().intercept());
                doubles(out, linear.model().coefficients());
            }
            case StoredModel.Kernel kernel -> {
                out.writeInt(kernel.model().inputs());
                out.writeDouble(kernel.model().width());
                out.writeDouble(kernel.model().centre());
                out.writeDouble(kernel.model().size());
                doubles(out, kernel.model().support());
                doubles(out, kernel.model().weights());
            }
        }
        return bytes.toByteArray();
    }

    /**
     * @throws IllegalArgumentException when the numbers cannot be a model
     */
    static StoredModel decode(DataInput in) throws IOException {
        ModelCard card = card(in);
        return switch (card.kind()) {
            case DEEP_AR -> new StoredModel.Recurrent(card, network(in));
            case FOREST -> new StoredModel.Trees(card, new Forest(ints(in), doubles(in)));
            case AUTOREGRESSION ->
                    new StoredModel.Linear(card, new Autoregression(in.readDouble(), doubles(in)));
            case GAUSSIAN_PROCESS ->
                    new StoredModel.Kernel(
                            card,
                            new GaussianProcess(
                                    in.readInt(),
                                    in.readDouble(),
                                    in.readDouble(),
                                    in.readDouble(),
                                    doubles(in),
                                    doubles(in)));
        };
    }

    private static void card(DataOutput out, ModelCard card) throws IOException {
        out.writeInt(card.kind().code());
        out.writeUTF(card.name());
        TrainingWindow window = card.window();
        out.writeInt(window.series().size());
        for (String series : window.series()) {
            out.writeUTF(series);
        }
        out.writeLong(window.fromEpochSecond());
        out.writeLong(window.toEpochSecond());
        out.writeLong(window.stepSeconds());
        out.writeLong(window.values());
        Statistics statistics = card.statistics();
        out.writeDouble(statistics.mean());
        out.writeDouble(statistics.deviation());
        out.writeDouble(statistics.least());
        out.writeDouble(statistics.most());
        out.writeInt(card.losses().size());
        for (var loss : card.losses().entrySet()) {
            out.writeUTF(loss.getKey());
            out.writeDouble(loss.getValue());
        }
        out.writeLong(card.trainedAtEpochMilli());
        out.writeUTF(card.producer());
        out.writeLong(card.seed());
    }

    private static ModelCard card(DataInput in) throws IOException {
        int code = in.readInt();
        ModelKind kind =
                ModelKind.of(code)
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "There is no kind of model %d.".formatted(code)));
        String name = in.readUTF();
        List<String> series = new ArrayList<>();
        int names = count(in.readInt(), MOST_NAMES);
        for (int i = 0; i < names; i++) {
            series.add(in.readUTF());
        }
        var window =
                new TrainingWindow(
                        series, in.readLong(), in.readLong(), in.readLong(), in.readLong());
        var statistics =
                new Statistics(in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble());
        SortedMap<String, Double> losses = new TreeMap<>();
        int count = count(in.readInt(), MOST_NAMES);
        for (int i = 0; i < count; i++) {
            losses.put(in.readUTF(), in.readDouble());
        }
        return new ModelCard(
                name, kind, window, statistics, losses, in.readLong(), in.readUTF(), in.readLong());
    }

    private static void network(DataOutput out, DeepAr model) throws IOException {
        NetworkShape shape = model.network().shape();
        out.writeInt(shape.inputs());
        out.writeInt(shape.hidden());
        out.writeInt(shape.layers());
        out.writeInt(shape.components());
        out.writeInt(model.context());
        for (float value : model.network().parameters()) {
            out.writeFloat(value);
        }
    }

    private static DeepAr network(DataInput in) throws IOException {
        var shape = new NetworkShape(in.readInt(), in.readInt(), in.readInt(), in.readInt());
        int context = in.readInt();
        float[] parameters = new float[count(shape.parameters(), MOST_NUMBERS)];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = in.readFloat();
        }
        return new DeepAr(new RecurrentNetwork(shape, parameters), context);
    }

    private static void doubles(DataOutput out, double[] values) throws IOException {
        out.writeInt(values.length);
        for (double value : values) {
            out.writeDouble(value);
        }
    }

    private static double[] doubles(DataInput in) throws IOException {
        double[] values = new double[count(in.readInt(), MOST_NUMBERS)];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readDouble();
        }
        return values;
    }

    private static void ints(DataOutput out, int[] values) throws IOException {
        out.writeInt(values.length);
        for (int value : values) {
            out.writeInt(value);
        }
    }

    private static int[] ints(DataInput in) throws IOException {
        int[] values = new int[count(in.readInt(), MOST_NUMBERS)];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readInt();
        }
        return values;
    }

    private static int count(int count, int most) {
        if (count < 0 || count > most) {
            throw new IllegalArgumentException("A count of %d cannot be.".formatted(count));
        }
        return count;
    }
}
