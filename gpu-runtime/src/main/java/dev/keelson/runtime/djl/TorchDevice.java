package dev.keelson.runtime.djl;

import ai.djl.Device;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where libtorch computes: the processor or one CUDA device.
 *
 * @param cuda the device's number among those that the process sees, -1 for the processor
 */
public record TorchDevice(int cuda) {
    /** The processor. */
    public static final TorchDevice CPU = new TorchDevice(-1);

    /** Names the device of tests and benchmarks; the processor without it. */
    public static final String VARIABLE = "KEELSON_DEVICE";

    private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,3}))?");

    /**
     * Reads {@code cpu}, {@code cuda} (the first) or {@code cuda:N}.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static TorchDevice parse(String text) {
        if (text.equals("cpu")) {
            return CPU;
        }
        Matcher match = CUDA.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "the device must be cpu, cuda or cuda:N, not " + text);
        }
        return new TorchDevice(match.group(1) == null ? 0 : Integer.parseInt(match.group(1)));
    }

    /** The device that {@value #VARIABLE} names. */
    public static TorchDevice ofEnvironment(Map<String, String> environment) {
        return parse(environment.getOrDefault(VARIABLE, "cpu"));
    }

    /** True for a CUDA device. */
    public boolean isCuda() {
        return cuda >= 0;
    }

    /** Why libtorch cannot compute there, null if it can. Loads libtorch. */
    public @Nullable String missing() {
        return Torch.missing(this);
    }

    Device djl() {
        return isCuda() ? Device.gpu(cuda) : Device.cpu();
    }

    @Override
    public String toString() {
        return isCuda() ? "cuda:" + cuda : "cpu";
    }
}
