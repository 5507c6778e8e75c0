package dev.keelson.launcher.command;

import dev.keelson.launcher.distribution.Component;
import dev.keelson.launcher.distribution.Distribution;
import dev.keelson.launcher.fleet.FleetFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts the supervisor in a session of its own, so that neither Ctrl-C nor a closed terminal
 * reaches the fleet before the supervisor does.
 *
 * @param folder the fleet
 */
record SupervisorLaunch(FleetFolder folder) {

    /**
     * Starts it.
     *
     * @param attached true when it shall end with this process
     */
    Process start(boolean attached) throws IOException {
        var distribution = Distribution.current();
        var command = new ArrayList<String>();
        Path setsid = Path.of("/usr/bin/setsid");
        if (Files.isExecutable(setsid)) {
            command.add(setsid.toString());
        }
        command.addAll(
                distribution.command(
                        Component.SUPERVISOR, List.of("--data", folder.data().toString())));
        var builder =
                new ProcessBuilder(command)
                        .directory(folder.data().toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        folder.log("supervisor").toFile()));
        builder.environment().putAll(distribution.environment());
        if (attached) {
            builder.environment().put("KEELSON_SUPERVISED", "1");
        } else {
            builder.environment().remove("KEELSON_SUPERVISED");
            builder.redirectInput(new File("/dev/null"));
        }
        return builder.start();
    }
}
