package dev.keelson.runtime.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Downloads a model of a hub and prints where it lies: progress on standard error, the path on
 * standard output. Exit code 2 for a wrong argument, 1 for a model that cannot be had.
 */
public final class FetchMain {
    private static final String USAGE = "hf:ORGANISATION/NAME[@REVISION] [--hub URL] [--to DIR]";
    private static final String DEFAULT_HUB = "https://huggingface.co";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private FetchMain() {}

    /** Runs one download. */
    public static void main(String[] arguments) throws InterruptedException {
        Locale.setDefault(Locale.ROOT);
        try {
            System.out.println(fetch(List.of(arguments), System.getenv()));
        } catch (IllegalArgumentException e) {
            fail(2, e);
        } catch (IOException e) {
            fail(1, e);
        }
    }

    private static void fail(int code, Exception e) {
        System.err.println("fetch: " + e.getMessage());
        System.exit(code);
    }

    private static Path fetch(List<String> arguments, Map<String, String> environment)
            throws IOException, InterruptedException {
        HubName model = null;
        String hub = environment.getOrDefault("HF_ENDPOINT", DEFAULT_HUB);
        Path to = defaultFolder(environment);
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            switch (argument) {
                case "--hub" -> hub = value(arguments, ++i);
                case "--to" -> to = Path.of(value(arguments, ++i));
                default -> {
                    if (argument.startsWith("--") || model != null) {
                        throw new IllegalArgumentException(
                                "unexpected " + argument + "; usage: " + USAGE);
                    }
                    model = HubName.parse(argument);
                }
            }
        }
        if (model == null) {
            throw new IllegalArgumentException("usage: " + USAGE);
        }
        try (var client =
                new HubClient(address(hub), token(environment), PATIENCE, FetchMain::pause)) {
            var progress = new ProgressLines(System.err, System::nanoTime);
            return new ModelFetch(client, to.toAbsolutePath().normalize(), progress).fetch(model);
        }
    }

    private static String value(List<String> arguments, int at) {
        if (at >= arguments.size()) {
            throw new IllegalArgumentException(arguments.get(at - 1) + " needs a value");
        }
        return arguments.get(at);
    }

    private static URI address(String text) {
        String trimmed = text.replaceFirst("/+$", "");
        if (!trimmed.matches("https?://[^/?#\\s@]+(/[^?#\\s]*)?")) {
            throw new IllegalArgumentException(
                    "--hub (or HF_ENDPOINT) must be like https://hub.example, not " + text);
        }
        return URI.create(trimmed);
    }

    private static @Nullable String token(Map<String, String> environment) {
        String token = environment.getOrDefault("HF_TOKEN", "").strip();
        return token.isEmpty() ? null : token;
    }

    private static Path defaultFolder(Map<String, String> environment) {
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path base =
                cache.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(cache);
        return base.resolve("keelson").resolve("models");
    }

    private static void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }
}
