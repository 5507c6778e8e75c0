package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.exchange.process.ParentWatch;
import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.fleet.FleetPlan;
import dev.keelson.launcher.loadgen.LengthScale;
import dev.keelson.launcher.loadgen.LoadRun;
import dev.keelson.launcher.loadgen.RequestLog;
import dev.keelson.launcher.loadgen.Summary;
import dev.keelson.launcher.loadgen.TraceReader;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Load on an OpenAI endpoint. */
@Command(description = "Open-loop load on an OpenAI endpoint: a trace or a rate.")
final class LoadgenCommand implements Callable<Integer> {
    private static final Duration FOREVER = Duration.ofDays(3650);
    private static final Duration USUAL = Duration.ofSeconds(60);

    private final Session session;

    @Option(names = "--url", required = true, description = "Base address, such as a gateway's.")
    private String url = "";

    @Option(names = "--model", required = true, description = "The model's name in the API.")
    private String model = "";

    @Option(names = "--trace", paramLabel = "FILE", description = "Azure LLM trace, CSV or gzip.")
    private @Nullable Path trace;

    @Option(names = "--speed", paramLabel = "X", defaultValue = "1", description = "Default 1.")
    private double speed;

    @Option(names = "--rate", paramLabel = "R", description = "Requests per second, Poisson.")
    private @Nullable Double rate;

    @Option(
            names = "--duration",
            paramLabel = "D",
            converter = DurationText.class,
            description = "Sends this long; default 60s with --rate, the whole trace otherwise.")
    private @Nullable Duration duration;

    @Option(
            names = "--slo",
            paramLabel = "ttft=D,tpot=D",
            split = ",",
            description = "What counts as good.")
    private Map<String, String> slo = new TreeMap<>();

    @Option(
            names = "--api-key",
            paramLabel = "K",
            description = "Bearer token; default the environment's KEELSON_API_KEY.")
    private @Nullable String apiKey;

    @Option(
            names = "--factor",
            defaultValue = "8",
            description = "The trace's lengths are divided by this; default ${DEFAULT-VALUE}.")
    private double factor;

    @Option(
            names = "--prompt-tokens",
            defaultValue = "512",
            description = "Longest prompt of a trace, or the prompt's length with --rate (24).")
    private int promptTokens;

    @Option(
            names = "--output-tokens",
            defaultValue = "128",
            description = "Longest answer of a trace, or the answer's length with --rate (32).")
    private int outputTokens;

    @Option(names = "--repeat", description = "Starts the trace again at its end.")
    private boolean repeat;

    @Option(
            names = "--record",
            paramLabel = "FILE",
            description = "Writes one CSV line for each request: times and lengths, no text.")
    private @Nullable Path record;

    @Option(names = "--seed", defaultValue = "7", description = "Default ${DEFAULT-VALUE}.")
    private long seed;

    LoadgenCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        if ((trace == null) == (rate == null)) {
            throw usage("loadgen needs either --trace FILE or --rate R.");
        }
        check(speed > 0 && Double.isFinite(speed), "--speed must be more than 0.");
        check(rate == null || (rate > 0 && rate <= 100_000), "--rate must be more than 0.");
        check(factor >= 1 && Double.isFinite(factor), "--factor must be at least 1.");
        check(promptTokens >= 1 && outputTokens >= 1, "Lengths must be at least 1.");
        // A request that failed is counted as such: nobody sends it again behind our back.
        System.setProperty("sun.net.http.retryPost", "false");
        ParentWatch.startIfSupervised(() -> System.exit(0));
        Path file = record;
        if (file == null) {
            session.print(run(null));
            return 0;
        }
        try (var out = Files.newBufferedWriter(file)) {
            session.print(run(new RequestLog(out)));
        } catch (NoSuchFileException | AccessDeniedException e) {
            throw new CommandFailure(
                    "The record (%s) cannot be written.".formatted(file),
                    "Choose another --record FILE.");
        }
        return 0;
    }

    private ObjectNode run(@Nullable RequestLog log) throws InterruptedException {
        Duration usual = trace == null ? USUAL : FOREVER;
        Duration longest = duration == null ? usual : duration;
        String key = apiKey == null ? session.variable(FleetPlan.API_KEY) : apiKey;
        var load = new LoadRun(url, model, key, longest, bounds(), seed, session.clock(), log);
        Path file = trace;
        if (file != null) {
            return load.replay(
                    TraceReader.read(file),
                    new LengthScale(factor, promptTokens, outputTokens),
                    speed,
                    repeat,
                    session::say);
        }
        double perSecond = rate == null ? 1 : rate;
        return load.atRate(
                perSecond,
                promptTokens == 512 ? 24 : promptTokens,
                outputTokens == 128 ? 32 : outputTokens);
    }

    private Summary.Slo bounds() {
        for (String key : slo.keySet()) {
            check(List.of("ttft", "tpot").contains(key), "--slo knows ttft and tpot.");
        }
        return new Summary.Slo(bound("ttft"), bound("tpot"));
    }

    private @Nullable Duration bound(String key) {
        String text = slo.get(key);
        return text == null ? null : new DurationText().convert(text);
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw usage(message);
        }
    }

    private static CommandFailure usage(String message) {
        return new CommandFailure(message, "See: keelson loadgen --help", CommandFailure.USAGE);
    }
}
