package dev.keelson.simulator.engine.steptime;

import dev.keelson.simulator.engine.StepTimeModel;
import dev.keelson.simulator.engine.StepWork;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Step times from a system's kernels: per layer the matrix products, attention, experts, norms and
 * collectives; once the output layer. Nothing is fitted, and nothing is added for the host.
 *
 * <p>The attention tables know prompts of one length without history. A step's prompt chunks of T
 * tokens and P query-key pairs are replaced by T²/2P prompts of 2P/T tokens, which have as many
 * tokens and pairs; where that is less than one prompt, because of history, by one of √(2P) tokens.
 */
public final class KernelStepTime implements StepTimeModel {
    private static final int BYTES_PER_NUMBER = 2;

    /** What a norm moves: it reads input and residual, and writes both. */
    private static final int NORM_MOVES = 4;

    private final ModelShape model;
    private final KernelPlan plan;
    private final SystemSpec system;
    private final StepConstants constants;
    private final Curve layerProducts;
    private final Curve output;
    private final KernelTables.Attention prompts;
    private final KernelTables.Attention decodes;
    private final Optional<Curve> experts;
    private final Optional<Curve> allReduce;
    private final Optional<Curve> exchange;

    /**
     * @throws MissingKernelException where a kernel of the model is not in the tables
     */
    public KernelStepTime(
            ModelShape model,
            KernelPlan plan,
            KernelTables tables,
            SystemSpec system,
            StepConstants constants) {
        this.model = model;
        this.plan = plan;
        this.system = system;
        this.constants = constants;
        int tensor = plan.tensor();
        int heads = Math.max(1, model.heads() / tensor);
        int kvHeads = Math.max(1, model.kvHeads() / tensor);
        layerProducts = sum(layerProducts(tables, heads, kvHeads));
        output = tables.product("bfloat16", model.vocabulary() / tensor, model.hidden());
        prompts = tables.prompts(plan.cache(), model.headSize(), kvHeads, heads);
        decodes = tables.decodes(plan.cache(), model.headSize(), kvHeads, heads);
        experts =
                model.isMixture()
                        ? Optional.of(
                                tables.experts(
                                        new KernelTables.Experts(
                                                plan.experts(),
                                                model.hidden(),
                                                model.feedForward(),
                                                model.expertsPerToken(),
                                                model.experts(),
                                                plan.expertTensor(),
                                                plan.expert())))
                        : Optional.empty();
        allReduce =
                tensor > 1
                        ? Optional.of(tables.collective("all_reduce", tensor))
                        : Optional.empty();
        exchange =
                model.isMixture() && plan.data() > 1
                        ? Optional.of(
                                sum(
                                        List.of(
                                                tables.collective(
                                                        "all_gather", tensor * plan.data()),
                                                tables.collective(
                                                        "reduce_scatter", tensor * plan.data()))))
                        : Optional.empty();
    }

    private List<Curve> layerProducts(KernelTables tables, int heads, int kvHeads) {
        int hidden = model.hidden();
        int width = heads * model.headSize();
        var products = new ArrayList<Curve>();
        products.add(
                tables.product(plan.products(), width + 2 * kvHeads * model.headSize(), hidden));
        products.add(tables.product(plan.products(), hidden, width));
        if (model.isMixture()) {
            // The router, which is kept in 16 bits.
            products.add(tables.product("bfloat16", model.experts(), hidden));
        } else {
            int feedForward = model.feedForward() / plan.tensor();
            products.add(tables.product(plan.products(), 2 * feedForward, hidden));
            products.add(tables.product(plan.products(), hidden, feedForward));
        }
        return products;
    }

    /** One curve through the sums at the places of all of them. */
    private static Curve sum(List<Curve> curves) {
        var places = new TreeMap<Integer, Double>();
        for (var curve : curves) {
            curve.places().forEach(place -> places.put(place, 0.0));
        }
        places.replaceAll((place, _) -> curves.stream().mapToDouble(c -> c.at(place)).sum());
        return Curve.through(places);
    }

    @Override
    public Source source() {
        return Source.MEASURED_TABLES;
    }

    @Override
    public double stepMicros(List<StepWork> ranks) {
        var totals = RankTotals.of(ranks, this::rankMicros);
        double mixture = 0;
        if (experts.isPresent()) {
            mixture = experts.get().at(totals.tokens());
        }
        if (exchange.isPresent()) {
            mixture += exchange.get().at((double) totals.tokens() * model.hidden());
        }
        return totals.slowestMicros()
                + model.layers() * mixture
                + constants.stepMicros()
                + constants.tokenMicros() * totals.mostSequences();
    }

    private double rankMicros(StepWork work) {
        int tokens = work.tokens();
        double numbers = (double) tokens * model.hidden();
        double layer = layerProducts.at(tokens) + attentionMicros(work);
        layer += 2 * system.moveMicros(NORM_MOVES * numbers * BYTES_PER_NUMBER);
        double reduce = 0;
        if (allReduce.isPresent()) {
            reduce = allReduce.get().at(numbers);
        }
        if (model.isMixture()) {
            // With copies of the attention the scatter after the experts takes the place of the
            // second all-reduce.
            layer += exchange.isPresent() ? reduce : 2 * reduce;
        } else {
            double width = (double) tokens * model.feedForward() / plan.tensor();
            layer += 2 * reduce + system.moveMicros(3 * width * BYTES_PER_NUMBER);
        }
        return model.layers() * layer + output.at(work.logitRows());
    }

    private double attentionMicros(StepWork work) {
        double micros = 0;
        if (work.prefillTokens() > 0) {
            double tokens = work.prefillTokens();
            double length = 2 * work.prefillPairs() / tokens;
            micros +=
                    length <= tokens
                            ? prompts.micros(tokens / length, length)
                            : prompts.micros(1, StrictMath.sqrt(2 * work.prefillPairs()));
        }
        if (work.decodes() > 0) {
            double context = (double) work.decodeContextTokens() / work.decodes();
            micros += decodes.micros(work.decodes(), context);
        }
        return micros;
    }
}
