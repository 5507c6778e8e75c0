package dev.keelson.simulator.baseline;

import java.util.List;
import java.util.OptionalInt;

/** Dynamo's planner without a profile (easy modes), and its budget. */
public final class DynamoRules {
    public enum Target {
        THROUGHPUT,
        LATENCY,
        LOAD
    }

    public enum Component {
        AGGREGATED,
        PREFILL,
        DECODE
    }

    /** One worker's forward-pass metrics, tokens. */
    public record Worker(
            double scheduledDecodeKv, double queuedDecodeKv, double queuedPrefillTokens) {}

    /**
     * @param upKv and the next three: thresholds of the load target only
     * @param maxKvTokens KV capacity of a worker
     * @param contextLength tokens that the prefill thresholds count in
     */
    public record Config(
            Target target,
            int minEndpoint,
            double upKv,
            double downKv,
            double upQueueTokens,
            double downQueueTokens,
            double maxKvTokens,
            double contextLength) {}

    /**
     * @param gpus of one engine
     * @param most negative without a budget
     */
    public record Budget(int gpus, int least, int most, int minEndpoint) {}

    private DynamoRules() {}

    /** One more when any worker is above, one fewer when all are below; empty to stay. */
    public static OptionalInt easy(Config c, Component component, List<Worker> workers, int ready) {
        boolean up = false;
        boolean down = true;
        for (Worker w : workers) {
            up |= isAbove(c, component, w);
            down &= isBelow(c, component, w);
        }
        if (up) {
            return OptionalInt.of(ready + 1);
        }
        return down && ready > 1
                ? OptionalInt.of(Math.max(ready - 1, c.minEndpoint()))
                : OptionalInt.empty();
    }

    private static double use(Config c, Component component, Worker w) {
        if (component == Component.PREFILL) {
            return w.queuedPrefillTokens() / (c.target() == Target.LOAD ? 1 : c.contextLength());
        }
        double tokens = w.scheduledDecodeKv() + w.queuedDecodeKv();
        return (component == Component.AGGREGATED ? tokens + w.queuedPrefillTokens() : tokens)
                / c.maxKvTokens();
    }

    private static boolean isAbove(Config c, Component component, Worker w) {
        double use = use(c, component, w);
        boolean prefill = component == Component.PREFILL;
        return switch (c.target()) {
            case THROUGHPUT -> prefill ? use >= 1.0 : use > 1.0;
            case LATENCY -> prefill ? use >= 0.1 : use > 0.4;
            case LOAD -> use >= (prefill ? c.upQueueTokens() : c.upKv());
        };
    }

    private static boolean isBelow(Config c, Component component, Worker w) {
        double use = use(c, component, w);
        boolean prefill = component == Component.PREFILL;
        return switch (c.target()) {
            case THROUGHPUT -> use < (prefill ? 0.1 : 0.6);
            case LATENCY -> prefill ? use <= 0 : use < 0.1;
            case LOAD -> use <= (prefill ? c.downQueueTokens() : c.downKv());
        };
    }

    /** Clamps one component's replicas to the budget of GPUs; an infeasible one gives 0. */
    public static int clamp(int wanted, Budget b) {
        if ((b.least() < 0 && b.most() < 0) || b.gpus() <= 0) {
            return wanted;
        }
        int total = wanted * b.gpus();
        int slack = b.least() >= 0 && b.most() >= 0 ? b.gpus() : 0;
        if (b.most() >= 0 && total > b.most()) {
            return b.most() < b.minEndpoint() * b.gpus()
                    ? 0
                    : Math.max(b.minEndpoint(), b.most() / b.gpus());
        }
        if (b.least() >= 0 && total < b.least() - slack) {
            return Math.max(b.minEndpoint(), ceilDiv(b.least(), b.gpus()));
        }
        return wanted;
    }

    public record Pair(int prefill, int decode) {}

    /** Clamps prefill and decode together, in proportion. */
    public static Pair clamp(Pair wanted, int prefillGpus, int decodeGpus, Budget b) {
        if ((b.least() < 0 && b.most() < 0) || prefillGpus <= 0 || decodeGpus <= 0) {
            return wanted;
        }
        int total = wanted.prefill() * prefillGpus + wanted.decode() * decodeGpus;
        int slack = b.least() >= 0 && b.most() >= 0 ? Math.max(prefillGpus, decodeGpus) : 0;
        int e = b.minEndpoint();
        if (b.most() >= 0 && total > b.most()) {
            if (b.most() < e * (prefillGpus + decodeGpus)) {
                return new Pair(0, 0);
            }
            double share = b.most() / (double) total;
            int prefill =
                    Math.max(
                            e,
                            Math.min(
                                    (b.most() - e * decodeGpus) / prefillGpus,
                                    (int) Math.floor(wanted.prefill() * share)));
            return new Pair(prefill, Math.max(e, (b.most() - prefill * prefillGpus) / decodeGpus));
        }
        if (b.least() >= 0 && total < b.least() - slack) {
            return grown(wanted, prefillGpus, decodeGpus, b, total);
        }
        return wanted;
    }

    private static Pair grown(Pair wanted, int prefillGpus, int decodeGpus, Budget b, int total) {
        int e = b.minEndpoint();
        int prefill =
                total <= 0
                        ? Math.max(e, (int) Math.ceil(b.least() / 2.0 / prefillGpus))
                        : Math.max(
                                e,
                                (int) Math.ceil(wanted.prefill() * (b.least() / (double) total)));
        int decode =
                Math.max(e, ceilDiv(Math.max(0, b.least() - prefill * prefillGpus), decodeGpus));
        boolean tooMuch = b.most() >= 0 && prefill * prefillGpus + decode * decodeGpus > b.most();
        return tooMuch ? wanted : new Pair(prefill, decode);
    }

    private static int ceilDiv(int amount, int by) {
        return (int) Math.ceil(amount / (double) by);
    }
}
