package dev.keelson.controlplane.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;

/** The control plane's database. Thread-safe. */
public final class Database implements AutoCloseable {
    private final HikariDataSource source;
    private final Jdbi jdbi;

    private Database(HikariDataSource source) {
        this.source = source;
        this.jdbi = Jdbi.create(source);
    }

    /**
     * Opens the file database of a folder, bringing its tables up to date. Only one process can
     * hold it open.
     *
     * <p>{@code WRITE_DELAY=0}: by default H2 acknowledges a commit up to 500 ms before it writes
     * it, and a kill -9 loses what was acknowledged (docs/decisions/0003-h2-durability.md).
     */
    public static Database open(Path folder) {
        return open(
                "jdbc:h2:file:%s;WRITE_DELAY=0;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;CACHE_SIZE=4096;DB_CLOSE_ON_EXIT=FALSE"
                        .formatted(folder.toAbsolutePath().resolve("keelson")));
    }

    /** A database of the given JDBC address. */
    public static Database open(String url) {
        var config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername("sa");
        config.setPassword("");
        config.setMaximumPoolSize(4);
        config.setMinimumIdle(1);
        config.setPoolName("store");
        var source = new HikariDataSource(config);
        try {
            Flyway.configure().dataSource(source).loggers("slf4j").load().migrate();
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
        return new Database(source);
    }

    public Jdbi jdbi() {
        return jdbi;
    }

    @Override
    public void close() {
        source.close();
    }
}
