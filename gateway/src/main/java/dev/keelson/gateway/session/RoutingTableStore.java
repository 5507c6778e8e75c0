package dev.keelson.gateway.session;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.protocol.v1.RoutingTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest routing table, also kept on disk: a gateway that restarts while the control plane is
 * away serves by it. Older tables are refused, so that a control plane that lost its lease cannot
 * lead traffic back. Thread-safe.
 */
public final class RoutingTableStore {
    private static final Logger LOG = LoggerFactory.getLogger(RoutingTableStore.class);

    private final Path file;
    private final Consumer<RoutingTable> user;
    private RoutingTable newest = RoutingTable.getDefaultInstance();

    public RoutingTableStore(Path file, Consumer<RoutingTable> user) {
        this.file = file;
        this.user = user;
    }

    /** Uses what is on disk, if anything is and it can be read. */
    public synchronized void restore() {
        try {
            if (Files.exists(file)) {
                newest =
                        RoutingTable.parseFrom(Files.readAllBytes(file)).toBuilder()
                                .setLeave(false)
                                .build();
                user.accept(newest);
                LOG.info(
                        "routing by the table on disk: epoch {}, version {}",
                        newest.getEpoch(),
                        newest.getVersion());
            }
        } catch (InvalidProtocolBufferException e) {
            LOG.warn("The routing table on disk is damaged and is left aside.");
        } catch (IOException e) {
            LOG.warn("The routing table on disk cannot be read: {}", e.toString());
        }
    }

    /**
     * Takes a table unless it is older than the newest.
     *
     * @return was it taken, or known already?
     */
    public synchronized boolean offer(RoutingTable table) {
        int order = Long.compareUnsigned(table.getEpoch(), newest.getEpoch());
        if (order == 0) {
            order = Long.compareUnsigned(table.getVersion(), newest.getVersion());
        }
        if (order < 0) {
            LOG.warn(
                    "refused a routing table of epoch {}, version {}: epoch {}, version {} is known",
                    table.getEpoch(),
                    table.getVersion(),
                    newest.getEpoch(),
                    newest.getVersion());
            return false;
        }
        if (order > 0) {
            newest = table;
            user.accept(table);
            write(table);
        }
        return true;
    }

    // A full disk must not stop routing: the table in memory goes on.
    private void write(RoutingTable table) {
        try {
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.write(fresh, table.toByteArray());
            Files.move(
                    fresh,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("The routing table could not be kept on disk: {}", e.toString());
        }
    }
}
