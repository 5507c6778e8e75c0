package dev.keelson.launcher.command;

import dev.keelson.launcher.Session;
import dev.keelson.launcher.distribution.Component;
import dev.keelson.launcher.distribution.Distribution;
import dev.keelson.launcher.rest.RestClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The desktop console, connected to the fleet of the data folder. */
@Command(description = "The desktop console.")
final class ConsoleCommand implements Callable<Integer> {
    private final Session session;

    ConsoleCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        RestClient server = session.controlPlane();
        var distribution = Distribution.current();
        var environment = new HashMap<>(distribution.environment());
        // In the environment, not on the command line, where every user of the machine sees it.
        String token = server.token();
        if (token != null) {
            environment.put("KEELSON_TOKEN", token);
        }
        var arguments = new ArrayList<>(List.of("--server", server.base()));
        ExecLine.print(session, environment, distribution.command(Component.CONSOLE, arguments));
        return 0;
    }
}
