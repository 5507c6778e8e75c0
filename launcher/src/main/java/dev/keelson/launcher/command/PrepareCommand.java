package dev.keelson.launcher.command;

import dev.keelson.launcher.Session;
import dev.keelson.launcher.distribution.Distribution;
import dev.keelson.launcher.fleet.FleetFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The last step of the build: what Maven does not make. */
@Command(hidden = true, description = "Completes the distribution after Maven.")
final class PrepareCommand implements Callable<Integer> {
    private final Session session;

    PrepareCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var distribution = Distribution.current();
        Path conf = Files.createDirectories(distribution.folder().resolve("conf"));
        try (var in = PrepareCommand.class.getResourceAsStream("/distribution/logback.xml")) {
            if (in == null) {
                throw new IOException("logback.xml is not in the jar");
            }
            Files.write(conf.resolve("logback.xml"), in.readAllBytes());
        }
        Files.createDirectories(distribution.natives());
        new Rehearsal(session, distribution).renew();
        // Last, and in one step: the script takes this file as the sign that all is complete.
        FleetFolder.write(
                distribution.folder().resolve("launcher.arguments"), distribution.argumentFile());
        session.say("prepared " + distribution.folder());
        return 0;
    }
}
