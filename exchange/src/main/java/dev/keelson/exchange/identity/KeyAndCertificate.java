package dev.keelson.exchange.identity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/**
 * A private key with the certificate that names it.
 *
 * @param authority who signed it
 */
public record KeyAndCertificate(
        PrivateKey key, X509Certificate certificate, X509Certificate authority) {

    /** Leaf and authority, so that a joining member can check the authority's fingerprint. */
    String chainPem() {
        return Pem.certificate(certificate) + Pem.certificate(authority);
    }

    /** Leaves the key out. */
    @Override
    public String toString() {
        return "KeyAndCertificate[" + certificate.getSubjectX500Principal() + "]";
    }
}
