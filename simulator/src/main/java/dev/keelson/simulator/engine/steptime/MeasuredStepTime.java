package dev.keelson.simulator.engine.steptime;

import dev.keelson.simulator.engine.StepTimeModel;
import dev.keelson.simulator.engine.StepWork;
import java.util.ArrayList;
import java.util.List;

/**
 * Step times from measured operator tables: the sum over the layers, plus collectives, plus fitted
 * constants.
 *
 * <p>A batch may hold several prompt chunks, but the attention table knows one. They are replaced
 * by one chunk with as many query-key pairs: of the same number of tokens where its history comes
 * out positive, else a shorter one without history.
 */
public final class MeasuredStepTime implements StepTimeModel {
    private static final String EMBEDDING = "embedding";
    private static final String FINAL_NORM = "final_layernorm";
    private static final String NORM = "layernorm";
    private static final int BYTES_PER_NUMBER = 2;

    private final ModelShape model;
    private final Parallelism parallelism;
    private final OperatorTables tables;
    private final Interconnect interconnect;
    private final StepConstants constants;
    private final List<Curve> once = new ArrayList<>();
    private final List<Curve> perLayer = new ArrayList<>();

    public MeasuredStepTime(
            ModelShape model,
            Parallelism parallelism,
            OperatorTables tables,
            Interconnect interconnect,
            StepConstants constants) {
        this.model = model;
        this.parallelism = parallelism;
        this.tables = tables;
        this.interconnect = interconnect;
        this.constants = constants;
        tables.dense()
                .forEach((name, curve) -> {
                    switch (name) {
                        case EMBEDDING, FINAL_NORM -> once.add(curve);
                        case NORM -> {
                            // One before the attention, one before the feed-forward part.
                            perLayer.add(curve);
                            perLayer.add(curve);
                        }
                        default -> perLayer.add(curve);
                    }
                });
    }

    /** The same tables with other constants. */
    public MeasuredStepTime with(StepConstants other) {
        return new MeasuredStepTime(model, parallelism, tables, interconnect, other);
    }

    @Override
    public Source source() {
        return Source.MEASURED_TABLES;
    }

    @Override
    public double stepMicros(List<StepWork> ranks) {
        var totals = RankTotals.of(ranks, this::rankMicros);
        return totals.slowestMicros()
                + mixtureMicros(totals.tokens())
                + constants.stepMicros()
                + constants.tokenMicros() * totals.mostSequences();
    }

    private double rankMicros(StepWork work) {
        int tokens = work.tokens();
        double layer = attentionMicros(work);
        for (var curve : perLayer) {
            layer += curve.at(tokens);
        }
        double bytes = (double) tokens * model.hidden() * BYTES_PER_NUMBER;
        double allReduce = interconnect.allReduceMicros(parallelism.tensor(), bytes);
        layer += 2 * allReduce;
        double total = layer * model.layers() + allReduce;
        for (var curve : once) {
            total += curve.at(tokens);
        }
        for (var curve : tables.perSequence().values()) {
            total += curve.at(work.logitRows());
        }
        return total;
    }

    private double attentionMicros(StepWork work) {
        double chunk = work.prefillTokens();
        double history = 0;
        if (work.prefillTokens() > 0) {
            history = work.prefillPairs() / chunk - chunk / 2;
            if (history < 0) {
                chunk = Math.max(1, StrictMath.sqrt(2 * work.prefillPairs()));
                history = 0;
            }
        }
        int decodes = work.decodes();
        if (decodes == 0) {
            return tables.attention().micros(chunk, history, 0, 0);
        }
        double mean = (double) work.decodeContextTokens() / decodes;
        double atMean = tables.attention().micros(chunk, history, decodes, mean);
        int shortest = work.decodeContextMin();
        int longest = work.decodeContextMax();
        if (decodes == 1 || shortest == longest) {
            return atMean;
        }
        double heavy = (mean - shortest) / (longest - shortest);
        double alpha = tables.skew().alpha(chunk, decodes, heavy, longest, history);
        if (alpha == 0) {
            return atMean;
        }
        double atLongest = tables.attention().micros(chunk, history, decodes, longest);
        return atMean + alpha * (atLongest - atMean);
    }

    /**
     * The experts of all layers. Every rank gathers the tokens of all copies, computes its share of
     * the experts, and the results are scattered back: of T tokens a rank of n computes T / n
     * token-equivalents over its E / n experts.
     */
    private double mixtureMicros(int allTokens) {
        if (tables.mixture().isEmpty()) {
            return 0;
        }
        int ranks = parallelism.expert();
        double tokens = Math.max(1, (double) allTokens / ranks);
        double experts = activeExperts(allTokens) / ranks;
        double bytes = (double) allTokens * model.hidden() * BYTES_PER_NUMBER;
        double exchange = 2 * interconnect.gatherMicros(ranks, bytes);
        return model.layers() * (tables.mixture().get().at(experts, tokens) + exchange);
    }

    /**
     * Expected experts that at least one of the tokens chose, when each chooses evenly: E (1 - (1 -
     * k / E)^T).
     */
    private double activeExperts(int tokens) {
        double share = (double) model.expertsPerToken() / model.experts();
        return model.experts() * (1 - StrictMath.pow(1 - share, tokens));
    }
}
