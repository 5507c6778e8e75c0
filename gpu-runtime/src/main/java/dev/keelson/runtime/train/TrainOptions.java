package dev.keelson.runtime.train;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a training run is asked for.
 *
 * @param steps updates at most
 * @param budgetMinutes wall-clock minutes at most; the learning rate falls so that it ends with
 *     whichever comes first; adapters have no such bound
 * @param adaptersOf folder of a model that adapters are trained for; null trains a model
 * @param draftOf folder of a model that a smaller one, with its tokenizer, is trained to guess for;
 *     null for none
 */
record TrainOptions(
        Path out,
        long seed,
        int steps,
        double budgetMinutes,
        @Nullable Path adaptersOf,
        @Nullable Path draftOf) {
    /** The bundled model's. */
    static final long SEED = 7;

    static TrainOptions parse(List<String> arguments) {
        Path out = null;
        long seed = SEED;
        int steps = -1;
        Path adaptersOf = null;
        Path draftOf = null;
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
                case "--adapters" -> adaptersOf = Path.of(value);
                case "--draft" -> draftOf = Path.of(value);
                default -> throw new IllegalArgumentException("unknown argument " + name);
            }
        }
        if (out == null) {
            throw new IllegalArgumentException("--out DIR is needed");
        }
        if (adaptersOf != null && draftOf != null) {
            throw new IllegalArgumentException("--adapters and --draft train different things");
        }
        int usual = adaptersOf == null ? 4000 : 120;
        return new TrainOptions(out, seed, steps < 0 ? usual : steps, minutes, adaptersOf, draftOf);
    }
}
