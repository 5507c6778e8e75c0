package dev.keelson.forecaster.learned.train;

import dev.keelson.forecaster.learned.network.TrainingSeries;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a training process is asked to do; it comes on its standard input.
 *
 * @param model name under which the result is kept
 * @param stepSeconds time between two values
 * @param season steps of the main period
 * @param context steps read before a prediction
 * @param horizon steps predicted in training
 * @param steps updates
 * @param seed of everything drawn
 * @param cpu most processor time
 * @param wall most time
 * @param names of the series
 * @param series their values, in the same order
 */
public record TrainingJob(
        String model,
        long stepSeconds,
        int season,
        int context,
        int horizon,
        int steps,
        long seed,
        Duration cpu,
        Duration wall,
        List<String> names,
        List<TrainingSeries> series) {
    private static final int FORM = 0x4b4a4f31;
    private static final int MOST_SERIES = 10_000;
    private static final int MOST_VALUES = 10_000_000;

    /** Copies the lists. */
    public TrainingJob {
        names = List.copyOf(names);
        series = List.copyOf(series);
        if (names.size() != series.size()) {
            throw new IllegalArgumentException(
                    "%d names for %d series.".formatted(names.size(), series.size()));
        }
    }

    /** Writes it for {@link #read}. */
    public void write(DataOutput out) throws IOException {
        out.writeInt(FORM);
        out.writeUTF(model);
        out.writeLong(stepSeconds);
        out.writeInt(season);
        out.writeInt(context);
        out.writeInt(horizon);
        out.writeInt(steps);
        out.writeLong(seed);
        out.writeLong(cpu.toMillis());
        out.writeLong(wall.toMillis());
        out.writeInt(series.size());
        for (int i = 0; i < series.size(); i++) {
            out.writeUTF(names.get(i));
            out.writeLong(series.get(i).first());
            out.writeInt(series.get(i).length());
            for (double value : series.get(i).shared()) {
                out.writeDouble(value);
            }
        }
    }

    /** Reads what {@link #write} wrote. */
    public static TrainingJob read(DataInput in) throws IOException {
        if (in.readInt() != FORM) {
            throw new IOException("The standard input holds no training job of this form.");
        }
        String model = in.readUTF();
        long stepSeconds = in.readLong();
        int season = in.readInt();
        int context = in.readInt();
        int horizon = in.readInt();
        int steps = in.readInt();
        long seed = in.readLong();
        Duration cpu = Duration.ofMillis(in.readLong());
        Duration wall = Duration.ofMillis(in.readLong());
        int count = bounded(in.readInt(), MOST_SERIES);
        List<String> names = new ArrayList<>();
        List<TrainingSeries> series = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(in.readUTF());
            long first = in.readLong();
            double[] values = new double[bounded(in.readInt(), MOST_VALUES)];
            for (int t = 0; t < values.length; t++) {
                values[t] = in.readDouble();
            }
            series.add(new TrainingSeries(values, first));
        }
        return new TrainingJob(
                model,
                stepSeconds,
                season,
                context,
                horizon,
                steps,
                seed,
                cpu,
                wall,
                names,
                series);
    }

    private static int bounded(int count, int most) throws IOException {
        if (count < 0 || count > most) {
            throw new IOException("A count of %d in the training job cannot be.".formatted(count));
        }
        return count;
    }
}
