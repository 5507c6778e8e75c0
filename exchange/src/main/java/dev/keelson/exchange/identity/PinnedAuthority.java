package dev.keelson.exchange.identity;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Locale;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts one authority, named by its fingerprint, for the first contact. Thread-safe. It remembers
 * that somebody else answered, because gRPC reports that as "unavailable" only.
 */
final class PinnedAuthority extends X509ExtendedTrustManager {
    private final String fingerprint;
    private volatile boolean strangerAnswered;

    PinnedAuthority(String fingerprint) {
        this.fingerprint = fingerprint.replace(":", "").toLowerCase(Locale.ROOT);
    }

    boolean strangerAnswered() {
        return strangerAnswered;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        try {
            var authority = chain[chain.length - 1];
            if (!Pem.fingerprint(authority).equals(fingerprint)) {
                throw new CertificateException("the authority is not the one that was pinned");
            }
            var leaf = chain[0];
            leaf.verify(authority.getPublicKey());
            leaf.checkValidity();
            var purposes = leaf.getExtendedKeyUsage();
            if (purposes == null || !purposes.contains("1.3.6.1.5.5.7.3.1")) {
                throw new CertificateException("the certificate is not a server's");
            }
        } catch (GeneralSecurityException e) {
            strangerAnswered = true;
            throw e instanceof CertificateException c ? c : new CertificateException(e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw new CertificateException("this side is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
