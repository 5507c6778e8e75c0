package dev.keelson.gateway.serve;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names a request without telling what is in it: HMAC-SHA256 under the fleet's secret, so that
 * every gateway gives a request the same name and refuses what another has called a killer.
 */
public final class Fingerprints {
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    public Fingerprints(byte[] secret) {
        this.key = new SecretKeySpec(secret, ALGORITHM);
    }

    /** Under the secret that the control plane gave. */
    public static Fingerprints ofFleet(String secret) {
        return new Fingerprints(secret.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Under a secret of this gateway alone, where the control plane gave none: then only this
     * gateway knows its killers. Reads the secret, or makes it (mode 0600).
     */
    public static Fingerprints open(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] secret = new byte[32];
            new SecureRandom().nextBytes(secret);
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.deleteIfExists(fresh);
            Files.createFile(
                    fresh,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.write(fresh, secret, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
            Files.move(fresh, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        }
        return new Fingerprints(Files.readAllBytes(file));
    }

    /** 32 hexadecimal digits. */
    public String of(byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return HexFormat.of().formatHex(mac.doFinal(body), 0, 16);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
