package dev.keelson.runtime.train;

import java.nio.file.Path;
import java.util.List;

/**
 * What a training run is asked for.
 *
 * @param steps updates at most
 * @param budgetMinutes wall-clock minutes at most; the learning rate falls so that it ends with
 *     whichever comes first
 */
record TrainOptions(Path out, long seed, int steps, double budgetMinutes) {
    /** The bundled model's. */
    static final long SEED = 7;

    static TrainOptions parse(List<String> arguments) {
        Path out = null;
        long seed = SEED;
        int steps = 4000;
        double minutes = 60;
        for (int i = 0; i < arguments.size(); i += 2) {
            String name = arguments.get(i);
            if (i + 1 == arguments.size()) {
                throw new IllegalArgumentException(name + " needs a value");
            }
            String value = arguments.get(i + 1);
            switch (name) {
                case "--out" -> out = Path.of(value);
                case "--seed" -> seed = Long.parseLong(value);
                case "--steps" -> steps = Integer.parseInt(value);
                case "--budget-minutes" -> minutes = Double.parseDouble(value);
                default -> throw new IllegalArgumentException("unknown argument " + name);
            }
        }
        if (out == null) {
            throw new IllegalArgumentException("--out DIR is needed");
        }
        return new TrainOptions(out, seed, steps, minutes);
    }
}
