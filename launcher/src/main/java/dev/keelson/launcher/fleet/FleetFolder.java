package dev.keelson.launcher.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * The data folder of a local fleet and the names inside it.
 *
 * @param data the folder
 */
public record FleetFolder(Path data) {
    private static final List<String> FOLDERS =
            List.of("supervisor", "config", "logs", "policies", "metadata", "models");

    /** What the supervisor knows, for whoever asks. */
    public Path state() {
        return data.resolve("supervisor").resolve("state.json");
    }

    /** Held while a supervisor runs on this folder. */
    public Path lock() {
        return data.resolve("supervisor").resolve("lock");
    }

    /** The bearer token of the supervisor's HTTP interface. */
    public Path supervisorToken() {
        return data.resolve("supervisor").resolve("token");
    }

    /** Ports and options that outlive a restart. */
    public Path choices() {
        return data.resolve("config").resolve("fleet.json");
    }

    /** The configuration file of a process. */
    public Path config(String name) {
        return data.resolve("config").resolve(name + ".yaml");
    }

    /** The log of a process. */
    public Path log(String name) {
        return data.resolve("logs").resolve(name + ".log");
    }

    /** Where the manifests live. */
    public Path policies() {
        return data.resolve("policies");
    }

    /** Models of this fleet besides those of the distribution. */
    public Path models() {
        return data.resolve("models");
    }

    /** Where the notices of the metadata server live. */
    public Path metadata() {
        return data.resolve("metadata");
    }

    /** The notice that the metadata server shows for a node; absent means none. */
    public Path notice(String node) {
        return metadata().resolve(node + ".json");
    }

    /** The control plane's folder. */
    public Path controlPlane() {
        return data.resolve("control-plane");
    }

    /** The administrator's token that the control plane makes at its first start. */
    public Path adminToken() {
        return controlPlane().resolve("admin.token");
    }

    /** The folder of a gateway. */
    public Path gateway(String name) {
        return data.resolve("gateways").resolve(name);
    }

    /** Where every node has its folder. */
    public Path nodes() {
        return data.resolve("nodes");
    }

    /** The folder of a node's agent. */
    public Path node(String name) {
        return nodes().resolve(name);
    }

    /** While this file exists the agent behaves as cut off. */
    public Path faultHook(String node) {
        return node(node).resolve("partition");
    }

    /** Makes what an agent that was started by hand needs, for the owner only. */
    public void createForAgent() throws IOException {
        create(List.of("config", "nodes"));
    }

    /** Makes the folders that the supervisor itself needs, for the owner only. */
    public void create() throws IOException {
        create(FOLDERS);
    }

    private void create(List<String> names) throws IOException {
        var ownerOnly =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Files.createDirectories(data.toAbsolutePath(), ownerOnly);
        for (String name : names) {
            Files.createDirectories(data.resolve(name), ownerOnly);
        }
    }

    /** Replaces a file in one step, readable by its owner only. */
    public static void write(Path file, String text) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        Path draft =
                Files.createTempFile(
                        parent,
                        "." + file.getFileName(),
                        ".draft",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(draft, text, StandardOpenOption.TRUNCATE_EXISTING);
            Files.move(
                    draft,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }
}
