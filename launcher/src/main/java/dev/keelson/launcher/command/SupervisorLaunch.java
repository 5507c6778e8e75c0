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
import java.util.Map;

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
        return start(
                attached,
                distribution,
                distribution.command(Component.SUPERVISOR, arguments()),
                Map.of());
    }

    /** Starts it so that it and all its processes record for their caches into a folder. */
    Process startRecording(Path recordings) throws IOException {
        var distribution = Distribution.current();
        return start(
                true,
                distribution,
                distribution.recordingCommand(Component.SUPERVISOR, recordings, arguments()),
                Map.of(Distribution.RECORD_VARIABLE, recordings.toString()));
    }

    private List<String> arguments() {
        return List.of("--data", folder.data().toString());
    }

    private Process start(
            boolean attached,
            Distribution distribution,
            List<String> supervisor,
            Map<String, String> environment)
            throws IOException {
        var command = new ArrayList<String>();
        Path setsid = Path.of("/usr/bin/setsid");
        if (Files.isExecutable(setsid)) {
            command.add(setsid.toString());
        }
        command.addAll(supervisor);
        var builder =
                new ProcessBuilder(command)
                        .directory(folder.data().toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        folder.log("supervisor").toFile()));
        builder.environment().putAll(distribution.environment());
        builder.environment().putAll(environment);
        if (attached) {
            builder.environment().put("KEELSON_SUPERVISED", "1");
        } else {
            builder.environment().remove("KEELSON_SUPERVISED");
            builder.redirectInput(new File("/dev/null"));
        }
        return builder.start();
    }
}
