package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import dev.keelson.manifest.ManifestFolder;
import dev.keelson.manifest.ManifestResult;
import dev.keelson.manifest.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Manifests. */
@Command(description = "Checks manifests and makes keys for tenants.")
final class PolicyCommand {
    private static final int KEY_BYTES = 32;

    private final Session session;

    PolicyCommand(Session session) {
        this.session = session;
    }

    @Command(
            name = "check",
            description = "Checks files as the control plane does; exit code 3 on problems.")
    int check(@Parameters(paramLabel = "FILE", arity = "1..*") List<Path> files) {
        for (Path file : files) {
            if (!Files.isReadable(file)) {
                throw new CommandFailure(
                        "The file (%s) cannot be read.".formatted(file), "", CommandFailure.USAGE);
            }
        }
        ManifestResult result = ManifestFolder.load(files);
        return switch (result) {
            case ManifestResult.Valid(var set) -> {
                print(List.of());
                if (!session.wantsJson()) {
                    session.out().println("valid, " + set.deployments().size() + " deployments");
                }
                yield 0;
            }
            case ManifestResult.Invalid invalid -> {
                print(invalid.problems());
                if (!session.wantsJson()) {
                    session.out().println(invalid.render());
                }
                yield CommandFailure.PROBLEMS;
            }
        };
    }

    @Command(
            name = "key",
            description =
                    "Makes a key for a tenant, and its hash for the manifest; nothing is stored.")
    int key() {
        byte[] secret = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(secret);
        String key = "sk-" + HexFormat.of().formatHex(secret);
        String hash = sha256(key);
        if (session.wantsJson()) {
            session.print(
                    JsonNodeFactory.instance.objectNode().put("key", key).put("sha256", hash));
        } else {
            session.out().println("key, for the tenant:         " + key);
            session.out().println("hash, for spec.keys:         " + hash);
        }
        return 0;
    }

    private static String sha256(String key) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(key.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256.", e);
        }
    }

    private void print(List<Problem> problems) {
        if (!session.wantsJson()) {
            return;
        }
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("valid", problems.isEmpty());
        ArrayNode list = root.putArray("problems");
        for (Problem problem : problems) {
            list.addObject()
                    .put("file", problem.file())
                    .put("line", problem.line())
                    .put("column", problem.column())
                    .put("message", problem.message());
        }
        session.print(root);
    }
}
