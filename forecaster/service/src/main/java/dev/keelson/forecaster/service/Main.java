package dev.keelson.forecaster.service;

import dev.keelson.exchange.config.ConfigException;
import dev.keelson.exchange.kafka.DemandFeed;
import dev.keelson.exchange.process.ParentWatch;
import dev.keelson.forecaster.learned.registry.ModelRegistry;
import dev.keelson.protocol.v1.ForecastRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process {@code forecaster}: {@code --config FILE}. */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Forecasting forecasting;
    private final DemandFeed feed;
    private final ForecastTopic topic;
    private final Training training;
    private final InstantSource clock;
    private volatile boolean stopped;
    private volatile String belief = "";

    private Main(ForecasterConfig config, InstantSource clock) throws IOException {
        this.clock = clock;
        forecasting = new Forecasting(config);
        feed = new DemandFeed(config.kafka(), "forecaster", config.history(), forecasting, clock);
        topic = new ForecastTopic(config.kafka());
        Path models = config.data().resolve("models");
        training = new Training(config, new ModelRegistry(models), new TrainerProcess(models));
        forecasting.use(training.models());
    }

    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length != 2 || !arguments[0].equals("--config")) {
            System.err.println("Usage: dev.keelson.forecaster.service.Main --config FILE");
            System.exit(2);
        }
        try {
            ForecasterConfig config = ForecasterConfig.read(Path.of(arguments[1]));
            ParentWatch.startIfSupervised(() -> System.exit(0));
            Main main = new Main(config, InstantSource.system());
            try (var _ = new StatusServer(config.httpHost(), config.httpPort(), main::metrics)) {
                main.run();
            }
            System.exit(0);
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        } catch (IOException e) {
            System.err.println("The forecaster cannot run: " + e.getMessage());
            System.exit(1);
        }
    }

    private void run() {
        Thread loop = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(loop), "end"));
        LOG.info("the forecaster reads demand");
        while (!stopped) {
            try {
                step();
            } catch (IOException | RuntimeException e) {
                LOG.error("a step failed", e);
            }
        }
        training.end();
        feed.close();
        topic.close();
    }

    private void step() throws IOException {
        int taken = feed.poll(PATIENCE);
        if (taken == 0 && !feed.state().connected()) {
            // Kafka is away: the feed itself says when it is worth another try.
            java.util.concurrent.locks.LockSupport.parkNanos(PATIENCE.toNanos());
        }
        List<ForecastRecord> due = forecasting.due();
        due.forEach(topic::publish);
        if (training.tick(clock.instant(), forecasting.takeDrift(), forecasting.histories())) {
            training.discardTheLeastBelieved(forecasting.belief());
            forecasting.use(training.models());
        }
        if (!due.isEmpty()) {
            belief = text(due);
        }
    }

    private static String text(List<ForecastRecord> due) {
        var text = new StringBuilder("# TYPE keelson_forecaster_model_share_ratio gauge\n");
        for (ForecastRecord forecast : due) {
            forecast.getModelsList()
                    .forEach(model ->
                            text.append(
                                    "keelson_forecaster_model_share_ratio{deployment=\"%s\",model=\"%s\"} %.6f%n"
                                            .formatted(
                                                    forecast.getDeployment(),
                                                    model.getModel(),
                                                    model.getShare())));
        }
        return text.toString();
    }

    private String metrics() {
        return belief
                + """
                # TYPE keelson_forecaster_forecasts_published_total counter
                keelson_forecaster_forecasts_published_total %d
                # TYPE keelson_forecaster_forecasts_dropped_total counter
                keelson_forecaster_forecasts_dropped_total %d
                # TYPE keelson_forecaster_kafka_connected gauge
                keelson_forecaster_kafka_connected %d
                # TYPE keelson_forecaster_trainings_total counter
                keelson_forecaster_trainings_total %d
                # TYPE keelson_forecaster_trainings_failed_total counter
                keelson_forecaster_trainings_failed_total %d
                """
                        .formatted(
                                topic.published(),
                                topic.dropped(),
                                feed.state().connected() ? 1 : 0,
                                training.trainings(),
                                training.failures());
    }

    private void end(Thread loop) {
        stopped = true;
        try {
            loop.join(Duration.ofSeconds(3));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
