package dev.keelson.console;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The console's command line.
 *
 * @param token null where none was given; the window then says that it is missing
 * @param screenshot where to write a picture of the first full window, which then closes; null for
 *     none
 */
record Options(URI server, @Nullable String token, boolean light, @Nullable Path screenshot) {
    static final String USAGE =
            """
            Usage: dev.keelson.console.Main --server URL [--token T | --token-file FILE | --data DIR] [--light] [--screenshot FILE]
            Without --token the token is read from the environment variable KEELSON_TOKEN.\
            """;

    /** The command line cannot be used. */
    static final class Wrong extends Exception {
        private static final long serialVersionUID = 1;

        Wrong(String message) {
            super(message);
        }
    }

    static Options parse(List<String> arguments, Map<String, String> environment) throws Wrong {
        String server = null;
        String token = environment.get("KEELSON_TOKEN");
        boolean light = false;
        Path screenshot = null;
        var rest = arguments.iterator();
        while (rest.hasNext()) {
            String option = rest.next();
            if (option.equals("--light")) {
                light = true;
                continue;
            }
            if (!rest.hasNext()) {
                throw new Wrong("The option (%s) is unknown or needs a value.".formatted(option));
            }
            String value = rest.next();
            switch (option) {
                case "--server" -> server = value;
                case "--token" -> token = value;
                case "--token-file" -> token = read(Path.of(value));
                case "--data" -> token = read(Path.of(value, "control-plane", "admin.token"));
                case "--screenshot" -> screenshot = Path.of(value);
                default -> throw new Wrong("The option (%s) is unknown.".formatted(option));
            }
        }
        return new Options(address(server), token, light, screenshot);
    }

    private static URI address(@Nullable String server) throws Wrong {
        if (server == null) {
            throw new Wrong("The option --server is missing.");
        }
        try {
            var address = URI.create(server);
            if (address.getHost() != null
                    && List.of("http", "https").contains(address.getScheme())) {
                return address;
            }
        } catch (IllegalArgumentException notAnAddress) {
            // Told below, in the same words as an address of another kind.
        }
        throw new Wrong(
                "The server (%s) must be an address such as http://127.0.0.1:8080."
                        .formatted(server));
    }

    private static String read(Path file) throws Wrong {
        try {
            return Files.readString(file).strip();
        } catch (IOException unreadable) {
            throw new Wrong("The token file (%s) cannot be read.".formatted(file));
        }
    }
}
