package dev.keelson.forecaster.learned.smile;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smile.linalg.blas.cblas_h;

/**
 * Whether Smile finds the system's OpenBLAS, which it binds by name and does not bring along.
 * Thread-safe. Without it there is one warning and the models that need no linear algebra remain.
 */
public final class NativeBlas {
    private static final Logger LOG = LoggerFactory.getLogger(NativeBlas.class);

    private final Probe probe;
    private final AtomicBoolean warned = new AtomicBoolean();

    /** Looks for the library. */
    @FunctionalInterface
    public interface Probe {
        /**
         * Touches the library.
         *
         * @throws LinkageError when it is not there
         */
        void touch();
    }

    /** The library of this system, held to one thread. */
    public NativeBlas() {
        this(() -> cblas_h.openblas_set_num_threads(1));
    }

    NativeBlas(Probe probe) {
        this.probe = probe;
    }

    /** True when models that need linear algebra can be fitted. */
    public boolean isPresent() {
        try {
            probe.touch();
            return true;
        } catch (LinkageError | IllegalArgumentException | IllegalStateException e) {
            if (!warned.getAndSet(true)) {
                LOG.warn(
                        "OpenBLAS was not found, so autoregressions and Gaussian processes are left out; "
                                + "everything else works. Debian or Ubuntu: apt-get install -y libopenblas-dev");
            }
            return false;
        }
    }
}
