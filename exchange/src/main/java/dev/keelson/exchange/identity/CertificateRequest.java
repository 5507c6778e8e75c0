package dev.keelson.exchange.identity;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * A fresh EC P-256 key and the PKCS#10 request that asks for its certificate. The key never leaves
 * this process but to its own disk.
 */
public final class CertificateRequest {
    private final KeyPair keys;
    private final byte[] pkcs10;

    private CertificateRequest(KeyPair keys, byte[] pkcs10) {
        this.keys = keys;
        this.pkcs10 = pkcs10.clone();
    }

    public KeyPair keys() {
        return keys;
    }

    /** The request in DER form. */
    public byte[] pkcs10() {
        return pkcs10.clone();
    }

    public static CertificateRequest create() {
        try {
            var keys = newKeys();
            // The authority chooses the subject: what is asked for here would be ignored.
            var request =
                    new JcaPKCS10CertificationRequestBuilder(
                                    new X500Name("CN=keelson"), keys.getPublic())
                            .build(
                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                            .build(keys.getPrivate()));
            return new CertificateRequest(keys, request.getEncoded());
        } catch (OperatorCreationException | IOException e) {
            throw new IllegalStateException("an EC P-256 request cannot be signed", e);
        }
    }

    static KeyPair newKeys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("EC P-256 belongs to every JDK", e);
        }
    }

    @Override
    public String toString() {
        return "CertificateRequest[" + pkcs10.length + " bytes]";
    }
}
