package dev.keelson.broker;

import dev.keelson.exchange.config.ConfigException;
import dev.keelson.exchange.process.ParentWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process {@code kafka} of a local fleet: {@code --config FILE}. */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length != 2 || !arguments[0].equals("--config")) {
            System.err.println("Usage: dev.keelson.broker.Main --config FILE");
            System.exit(2);
        }
        try {
            run(BrokerConfig.read(Path.of(arguments[1])));
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        } catch (IOException e) {
            LOG.error("The broker does not start.", e);
            System.exit(1);
        }
    }

    private static void run(BrokerConfig config) throws IOException, InterruptedException {
        var end = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        ParentWatch.startIfSupervised(end::countDown);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitEnd(end, ended), "shutdown"));
        try (var http = StatusServer.start(config.httpHost(), config.httpPort());
                var _ = EmbeddedBroker.start(config)) {
            http.ready();
            LOG.info("Kafka serves at {}.", config.bootstrap());
            end.await();
        } finally {
            ended.countDown();
        }
        System.exit(0);
    }

    private static void awaitEnd(CountDownLatch end, CountDownLatch ended) {
        end.countDown();
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
