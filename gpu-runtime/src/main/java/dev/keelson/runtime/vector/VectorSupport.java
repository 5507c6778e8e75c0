package dev.keelson.runtime.vector;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Whether this JVM turns the Vector API into vector instructions. */
final class VectorSupport {
    private static final String MODULE = "jdk.incubator.vector";

    /** The level of code by the second compiler, which alone knows vectors. */
    private static final int SECOND_COMPILER = 4;

    private VectorSupport() {}

    /** Why it does not, or null if it does. */
    static @Nullable String missing() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return "Java runs without --add-modules " + MODULE;
        }
        var bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (bean == null) {
            return "Java is not HotSpot, whose second compiler knows vectors";
        }
        return missing(option -> {
            try {
                return bean.getVMOption(option).getValue();
            } catch (IllegalArgumentException e) {
                return null; // this build of HotSpot does not have it
            }
        });
    }

    /**
     * The same by the virtual machine's options, wherever they were set: on the command line, in a
     * file, in the environment.
     *
     * @param option value of an option, null for one that is not known
     */
    static @Nullable String missing(Function<String, @Nullable String> option) {
        if ("false".equals(option.apply("UseCompiler"))) {
            return "Java runs without compilers (-Xint)";
        }
        String level = option.apply("TieredStopAtLevel");
        if (level != null && Integer.parseInt(level) < SECOND_COMPILER) {
            return "Java runs with -XX:TieredStopAtLevel="
                    + level
                    + ", without the compiler that makes vector instructions";
        }
        if ("quick-only".equals(option.apply("CompilationMode"))) {
            return "Java runs with -XX:CompilationMode=quick-only, without the compiler that makes vector instructions";
        }
        if ("false".equals(option.apply("EnableVectorSupport"))) {
            return "Java runs with -XX:-EnableVectorSupport";
        }
        if ("false".equals(option.apply("UseFMA"))) {
            return "the processor has no fused multiplication and addition, or Java runs with -XX:-UseFMA";
        }
        return null;
    }
}
