package dev.keelson.forecaster.service;

import dev.keelson.exchange.config.ConfigFile;
import dev.keelson.exchange.kafka.KafkaSettings;
import dev.keelson.yaml.YamlSection;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Configuration of the forecaster.
 *
 * @param data folder of its model registry
 * @param httpHost where {@code /healthz} and {@code /metrics} are served
 * @param httpPort their port
 * @param kafka how to reach it
 * @param step length of one step: 1 s, 10 s or 1 min, the windows that the demand stream has
 * @param horizon steps ahead
 * @param paths sample paths of each forecast
 * @param season length of the main period
 * @param history how much of the past is kept in memory and read again at a start
 * @param training when and how learned models are trained
 */
record ForecasterConfig(
        Path data,
        String httpHost,
        int httpPort,
        KafkaSettings kafka,
        Duration step,
        int horizon,
        int paths,
        Duration season,
        Duration history,
        Training training) {

    /**
     * Training of learned models.
     *
     * @param enabled false leaves the forecaster with its statistical members
     * @param every time between two trainings; drift asks for one sooner
     * @param least history before the first one
     * @param updates counted steps of one training
     * @param cpu most processor time of one training
     * @param wall most time of one training
     * @param keep models that stay on disk and in the pool
     */
    record Training(
            boolean enabled,
            Duration every,
            Duration least,
            int updates,
            Duration cpu,
            Duration wall,
            int keep) {
        static Training from(YamlSection section) {
            return new Training(
                    section.flag("enabled", true),
                    section.duration("every", Duration.ofHours(6)),
                    section.duration("least", Duration.ofHours(1)),
                    section.whole("updates", 1, 100_000, 600),
                    section.duration("cpu", Duration.ofMinutes(1)),
                    section.duration("wall", Duration.ofMinutes(10)),
                    section.whole("keep", 1, 64, 4));
        }

        static final Training STANDARD =
                new Training(
                        true,
                        Duration.ofHours(6),
                        Duration.ofHours(1),
                        600,
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(10),
                        4);
    }

    static ForecasterConfig read(Path file) {
        YamlSection root = ConfigFile.read(file);
        YamlSection http = root.section("http");
        KafkaSettings kafka = KafkaSettings.from(root.section("kafka"));
        Duration step = root.duration("step", Duration.ofSeconds(10));
        if (!step.equals(Duration.ofSeconds(1))
                && !step.equals(Duration.ofSeconds(10))
                && !step.equals(Duration.ofMinutes(1))) {
            throw root.wrong("step", "1s, 10s or 1m, the windows of the demand stream");
        }
        var config =
                new ForecasterConfig(
                        root.file("data"),
                        http.text("host"),
                        http.port("port"),
                        root.flag("plainStorage", false) ? kafka.plainStorage() : kafka,
                        step,
                        root.whole("horizon", 1, 360, 30),
                        root.whole("paths", 10, 500, 50),
                        root.duration("season", Duration.ofDays(1)),
                        root.duration("history", Duration.ofDays(2)),
                        root.optionalSection("training")
                                .map(Training::from)
                                .orElse(Training.STANDARD));
        if (config.season().compareTo(step.multipliedBy(2)) < 0) {
            throw root.wrong("season", "at least two steps");
        }
        if (config.historySteps() < 2 * config.horizon() || config.historySteps() > 200_000) {
            throw root.wrong("history", "at least two horizons and at most 200000 steps");
        }
        root.noMoreKeys();
        return config;
    }

    int seasonSteps() {
        return (int) season.dividedBy(step);
    }

    int historySteps() {
        return (int) history.dividedBy(step);
    }
}
