package dev.keelson.runtime.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.keelson.runtime.weights.Tensor;
import org.jspecify.annotations.Nullable;

/** Starts libtorch once per process: offline, one thread, no telemetry. */
final class Torch {
    static {
        // OpenMP threads that spin beside other processes cost far more than they give; a value
        // given on the command line wins.
        setDefault("ai.djl.offline", "true");
        setDefault("OPT_OUT_TRACKING", "true");
        setDefault("ai.djl.pytorch.num_threads", "1");
        setDefault("ai.djl.pytorch.num_interop_threads", "1");
        setDefault("ai.djl.default_engine", "PyTorch");
    }

    private Torch() {}

    /** The engine, loading the native library at the first call. */
    static Engine engine() {
        return Engine.getEngine("PyTorch");
    }

    /** Why the native library does not load here, or null if it does. */
    static @Nullable String missing() {
        try {
            engine();
            return null;
        } catch (EngineException | LinkageError e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return String.valueOf(cause.getMessage());
        }
    }

    /** A manager whose arrays live until it is closed. */
    static NDManager manager() {
        engine();
        return NDManager.newBaseManager(Device.cpu(), "PyTorch");
    }

    /** Copies a tensor into native memory owned by {@code manager}. */
    static NDArray array(NDManager manager, Tensor tensor) {
        return manager.create(tensor.values(), new Shape(tensor.shape()));
    }

    private static void setDefault(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }
}
