package dev.keelson.launcher.metadata;

import dev.keelson.exchange.config.ConfigException;
import dev.keelson.exchange.config.ConfigFile;
import dev.keelson.exchange.process.ParentWatch;
import dev.keelson.yaml.YamlSection;
import java.io.IOException;
import java.nio.file.Path;

/** The instance metadata service of a local fleet: {@code MetadataMain --config FILE}. */
public final class MetadataMain {
    private MetadataMain() {}

    /** Serves until it is ended. */
    public static void main(String[] args) throws IOException {
        if (args.length != 2 || !args[0].equals("--config")) {
            System.err.println("Usage: MetadataMain --config FILE");
            System.exit(2);
        }
        try {
            YamlSection config = ConfigFile.read(Path.of(args[1]));
            Path notices = config.file("data");
            YamlSection http = config.section("http");
            String host = http.text("host");
            int port = http.whole("port");
            http.noMoreKeys();
            config.noMoreKeys();
            var server = MetadataServer.start(host, port, new NoticeFolder(notices));
            Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
            ParentWatch.startIfSupervised(() -> System.exit(0));
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }
}
