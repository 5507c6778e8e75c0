package dev.keelson.runtime.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import dev.keelson.runtime.weights.Tensor;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Starts libtorch once per process: offline, one thread, no telemetry. It comes with Keelson, for
 * the processor; {@link ExternalTorch} is another one.
 */
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
        ExternalTorch.configure(System.getenv());
        return Engine.getEngine("PyTorch");
    }

    /** Why the native library does not load here or cannot use the device, null if it can. */
    static @Nullable String missing(TorchDevice device) {
        try {
            engine();
            if (device.isCuda() && !ExternalTorch.hasCuda(Path.of(LibUtils.getLibtorchPath()))) {
                return "this libtorch was built without CUDA; %s names the folder of one with it"
                        .formatted(ExternalTorch.FOLDER);
            }
            // libtorch itself knows best which devices there are: no driver, no such number.
            try (NDManager probe = manager(device)) {
                probe.create(1F).getFloat();
            }
            return null;
        } catch (EngineException | LinkageError e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        }
    }

    /** A manager whose arrays live on the device until it is closed. */
    static NDManager manager(TorchDevice device) {
        engine();
        return NDManager.newBaseManager(device.djl(), "PyTorch");
    }

    /**
     * A manager below {@code scope} whose arrays lie in the processor's memory: a script that reads
     * a number from a device's array waits for the device each time.
     */
    static NDManager onHost(NDManager scope) {
        return scope.getDevice().isGpu() ? scope.newSubManager(Device.cpu()) : scope;
    }

    /** Gives memory that was freed on a CUDA device back to others. */
    static void trim(TorchDevice device) {
        if (device.isCuda()) {
            JniUtils.emptyCudaCache();
        }
    }

    /** Copies a tensor into native memory owned by {@code manager}. */
    static NDArray array(NDManager manager, Tensor tensor) {
        return manager.create(tensor.values(), new Shape(tensor.shape()));
    }

    static void setDefault(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }
}
