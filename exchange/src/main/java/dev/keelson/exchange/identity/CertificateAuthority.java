package dev.keelson.exchange.identity;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** The fleet's own certificate authority (EC P-256). Thread-safe: its state never changes. */
public final class CertificateAuthority {
    /** Life of a member's certificate; it is renewed after two thirds of it. */
    public static final Duration MEMBER_LIFE = Duration.ofHours(24);

    /** A server makes itself a new one at each start. */
    static final Duration SERVER_LIFE = Duration.ofDays(365);

    /**
     * The name that every control plane's certificate carries: members check the role, so that the
     * control plane may be reached by any address.
     */
    static final String SERVER_NAME = "control-plane.keelson.internal";

    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);

    /** Members' clocks may be behind the authority's by this much. */
    private static final Duration CLOCK_SLACK = Duration.ofMinutes(10);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final PrivateKey key;
    private final X509Certificate certificate;
    private final InstantSource clock;

    private CertificateAuthority(PrivateKey key, X509Certificate certificate, InstantSource clock) {
        this.key = key;
        this.certificate = certificate;
        this.clock = clock;
    }

    /** Reads the authority of a folder, or makes one there (key file mode 0600). */
    public static CertificateAuthority open(Path folder, InstantSource clock) throws IOException {
        var file = folder.resolve("authority.json");
        try {
            if (Files.exists(file)) {
                var stored = new ObjectMapper().readTree(Files.readString(file));
                var base64 = Base64.getDecoder();
                return new CertificateAuthority(
                        Pem.parseKey(base64.decode(stored.path("key").asText())),
                        Pem.parseCertificate(base64.decode(stored.path("certificate").asText())),
                        clock);
            }
            var keys = CertificateRequest.newKeys();
            var certificate = selfSigned(keys, clock.instant());
            var base64 = Base64.getEncoder();
            var stored =
                    Map.of(
                            "key", base64.encodeToString(keys.getPrivate().getEncoded()),
                            "certificate", base64.encodeToString(Pem.der(certificate)));
            PrivateFile.write(file, new ObjectMapper().writeValueAsString(stored));
            return new CertificateAuthority(keys.getPrivate(), certificate, clock);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(file + " does not hold a certificate authority", e);
        }
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** Hexadecimal SHA-256 of the certificate; what joining members pin. */
    public String fingerprint() {
        return Pem.fingerprint(certificate);
    }

    /**
     * A key and certificate for a control plane.
     *
     * @param addresses host names and IP addresses that are also put into it
     */
    public KeyAndCertificate issueServer(List<String> addresses) {
        var keys = CertificateRequest.newKeys();
        var names = new java.util.ArrayList<GeneralName>();
        names.add(new GeneralName(GeneralName.dNSName, SERVER_NAME));
        for (var address : addresses) {
            var isIp = address.matches("[0-9.]+") || address.contains(":");
            names.add(new GeneralName(isIp ? GeneralName.iPAddress : GeneralName.dNSName, address));
        }
        var leaf =
                sign(
                        "control-plane",
                        keys.getPublic(),
                        SERVER_LIFE,
                        KeyPurposeId.id_kp_serverAuth,
                        names);
        return new KeyAndCertificate(keys.getPrivate(), leaf, certificate);
    }

    /**
     * A member's certificate, subject CN = kind/name, valid {@link #MEMBER_LIFE}.
     *
     * @throws JoinRefused when the request is malformed or not signed by its own key
     */
    public X509Certificate issueMember(byte[] pkcs10, String kind, String name) throws JoinRefused {
        var publicKey = checkedKey(pkcs10);
        return sign(
                kind + "/" + name,
                publicKey,
                MEMBER_LIFE,
                KeyPurposeId.id_kp_clientAuth,
                List.of());
    }

    /**
     * The request's public key, once its signature proved that the caller holds the private one.
     */
    public static PublicKey checkedKey(byte[] pkcs10) throws JoinRefused {
        try {
            var request = new JcaPKCS10CertificationRequest(pkcs10);
            var publicKey = request.getPublicKey();
            if (!publicKey.getAlgorithm().startsWith("EC")
                    || !request.isSignatureValid(
                            new JcaContentVerifierProviderBuilder().build(publicKey))) {
                throw badRequest();
            }
            return publicKey;
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | RuntimeException e) {
            throw badRequest();
        }
    }

    private static JoinRefused badRequest() {
        return new JoinRefused(
                JoinRefused.Reason.BAD_REQUEST,
                "The certificate request must be a PKCS#10 in DER form, signed by its EC key.");
    }

    private X509Certificate sign(
            String commonName,
            PublicKey publicKey,
            Duration life,
            KeyPurposeId purpose,
            List<GeneralName> names) {
        var now = clock.instant();
        try {
            var subject =
                    new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, commonName).build();
            var builder =
                    new JcaX509v3CertificateBuilder(
                            org.bouncycastle.asn1.x500.X500Name.getInstance(
                                    certificate.getSubjectX500Principal().getEncoded()),
                            serial(),
                            Date.from(now.minus(CLOCK_SLACK)),
                            Date.from(now.plus(life)),
                            subject,
                            publicKey);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(purpose));
            if (!names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(names.toArray(GeneralName[]::new)));
            }
            return build(builder, key);
        } catch (CertIOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("a certificate cannot be signed", e);
        }
    }

    private static X509Certificate selfSigned(KeyPair keys, Instant now)
            throws GeneralSecurityException {
        try {
            var name =
                    new X500NameBuilder(BCStyle.INSTANCE)
                            .addRDN(BCStyle.CN, "keelson " + serial().toString(16).substring(0, 8))
                            .build();
            var builder =
                    new JcaX509v3CertificateBuilder(
                            name,
                            serial(),
                            Date.from(now.minus(CLOCK_SLACK)),
                            Date.from(now.plus(AUTHORITY_LIFE)),
                            name,
                            keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            return build(builder, keys.getPrivate());
        } catch (CertIOException | OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static X509Certificate build(JcaX509v3CertificateBuilder builder, PrivateKey signer)
            throws OperatorCreationException, GeneralSecurityException {
        var holder = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer));
        return new JcaX509CertificateConverter().getCertificate(holder);
    }

    private static BigInteger serial() {
        return new BigInteger(127, RANDOM).setBit(126);
    }
}
