package dev.keelson.controlplane;

import dev.keelson.exchange.config.ConfigException;
import dev.keelson.exchange.process.ParentWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The control-plane process. */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private Main() {}

    private static String rootMessage(Throwable failure) {
        var cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse("")
                + " ("
                + cause.getClass().getSimpleName()
                + ")";
    }

    public static void main(String[] args) {
        if (args.length != 2 || !args[0].equals("--config")) {
            System.err.println("usage: control-plane --config FILE");
            System.exit(2);
            return;
        }
        ControlPlaneConfig config;
        try {
            config = ControlPlaneConfig.read(Path.of(args[1]));
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        var clock = InstantSource.system();
        ControlPlane plane;
        try {
            plane = new ControlPlane(config, clock);
        } catch (IOException | RuntimeException e) {
            // One line for a person; whoever needs more raises the level of this logger.
            LOG.debug("the start failed", e);
            System.err.println("The control plane cannot run: " + rootMessage(e));
            System.exit(1);
            return;
        }
        // A leader that lost its lease must not tidy up after itself: it is not the leader.
        var loop = new LoopThread(plane, clock, () -> Runtime.getRuntime().halt(1));
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform()
                                .unstarted(() -> {
                                    loop.stop();
                                    plane.close();
                                }));
        ParentWatch.startIfSupervised(() -> System.exit(0));
        loop.start();
        LOG.info(
                "leading epoch {} on http {} and grpc {}",
                plane.lease.epoch(),
                plane.http.port(),
                plane.grpc.port());
    }
}
