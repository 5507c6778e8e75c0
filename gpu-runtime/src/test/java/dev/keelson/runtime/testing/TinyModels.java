package dev.keelson.runtime.testing;

import dev.keelson.runtime.bench.RandomAdapter;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.LoraAdapter;
import dev.keelson.runtime.weights.LoraAdapter.Pair;
import dev.keelson.runtime.weights.Projection;
import dev.keelson.runtime.weights.Rope;
import dev.keelson.runtime.weights.Tensor;
import dev.keelson.runtime.weights.TensorSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/** Random models that differ in the features of the Llama family. */
public final class TinyModels {
    public static final int VOCABULARY = 300;

    private TinyModels() {}

    /** Configurations by what is special about them. */
    public static Map<String, LlamaConfig> family() {
        Map<String, LlamaConfig> all = new LinkedHashMap<>();
        Rope plain = Rope.plain(10_000);
        all.put("grouped heads, tied", config(4, 2, 8, plain, true, false, false));
        all.put("one key head, output of its own", config(6, 1, 6, plain, false, false, false));
        all.put("all heads, wide head", config(3, 3, 16, plain, true, false, false));
        all.put("bias of projections", config(4, 2, 8, plain, true, true, false));
        all.put("head norm", config(4, 2, 12, plain, false, false, true));
        all.put("bias and head norm", config(4, 1, 8, plain, true, true, true));
        all.put(
                "linear scaling",
                config(4, 2, 8, new Rope(10_000, new Rope.Linear(4)), true, false, false));
        all.put(
                "Llama 3 scaling",
                config(
                        4,
                        2,
                        16,
                        new Rope(500_000, new Rope.Llama3(8, 1, 4, 64)),
                        false,
                        false,
                        false));
        all.put(
                "YaRN scaling",
                config(
                        4,
                        2,
                        16,
                        new Rope(10_000, new Rope.Yarn(4, 32, 32, 1, 1.138)),
                        true,
                        false,
                        false));
        return all;
    }

    /** One of {@link #family()}. */
    public static LlamaConfig config(String name) {
        return Objects.requireNonNull(family().get(name));
    }

    private static LlamaConfig config(
            int heads, int keys, int width, Rope rope, boolean tied, boolean bias, boolean norm) {
        return new LlamaConfig(
                VOCABULARY, 40, 56, 2, heads, keys, width, 128, rope, 1e-5, tied, bias, norm);
    }

    /** Weights whose logits differ clearly from token to token. */
    public static LlamaWeights weights(LlamaConfig c, long seed) {
        var random = new Random(seed);
        List<LlamaWeights.Layer> layers = new ArrayList<>();
        for (int l = 0; l < c.layers(); l++) {
            layers.add(
                    new LlamaWeights.Layer(
                            gains(random, c.hidden()),
                            normal(random, 0.3, c.projected(), c.hidden()),
                            normal(random, 0.3, c.hidden(), c.queryWidth()),
                            gains(random, c.hidden()),
                            normal(random, 0.3, 2L * c.feedForward(), c.hidden()),
                            normal(random, 0.3, c.hidden(), c.feedForward()),
                            c.projectionBias() ? normal(random, 0.5, c.projected()) : null,
                            c.headNorm() ? gains(random, 2L, c.headWidth()) : null));
        }
        Tensor embedding = normal(random, 0.5, c.vocabulary(), c.hidden());
        return new LlamaWeights(
                c,
                embedding,
                layers,
                gains(random, c.hidden()),
                c.tied() ? embedding : normal(random, 0.5, c.vocabulary(), c.hidden()));
    }

    private static Tensor gains(Random random, long... shape) {
        Tensor t = normal(random, 0.2, shape);
        for (int i = 0; i < t.values().length; i++) {
            t.values()[i] += 1;
        }
        return t;
    }

    private static Tensor normal(Random random, double deviation, long... shape) {
        int size = 1;
        for (long side : shape) {
            size *= (int) side;
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return new Tensor(shape, values);
    }

    /** A random adapter that adds to these projections of every layer. */
    public static LoraAdapter adapter(
            LlamaConfig config, int rank, long seed, Projection... projections) {
        return RandomAdapter.of(config, rank, seed, 0.1, projections);
    }

    /** The weights with an adapter's products added to them, W + BA. */
    public static LlamaWeights merged(LlamaWeights base, LoraAdapter adapter) {
        Map<String, Tensor> tensors = base.named();
        for (int l = 0; l < adapter.layers().size(); l++) {
            for (var entry : adapter.layers().get(l).entrySet()) {
                String name = "model.layers." + l + "." + entry.getKey().path() + ".weight";
                tensors.put(name, sum(Objects.requireNonNull(tensors.get(name)), entry.getValue()));
            }
        }
        try {
            return LlamaWeights.read(base.config(), source(tensors));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Tensor sum(Tensor weight, Pair pair) {
        int columns = (int) weight.shape()[1];
        int rank = (int) pair.a().shape()[0];
        float[] values = weight.values().clone();
        for (int i = 0; i < values.length; i++) {
            double more = 0;
            for (int r = 0; r < rank; r++) {
                more +=
                        (double) pair.b().values()[i / columns * rank + r]
                                * pair.a().values()[r * columns + i % columns];
            }
            values[i] += (float) more;
        }
        return new Tensor(weight.shape(), values);
    }

    private static TensorSource source(Map<String, Tensor> tensors) {
        return new TensorSource() {
            @Override
            public String origin() {
                return "memory";
            }

            @Override
            public Set<String> names() {
                return tensors.keySet();
            }

            @Override
            public Tensor read(String name) {
                return Objects.requireNonNull(tensors.get(name));
            }

            @Override
            public void close() {}
        };
    }
}
