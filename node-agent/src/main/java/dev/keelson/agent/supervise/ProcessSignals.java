package dev.keelson.agent.supervise;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** kill(2). The JDK can signal a process it started, but no group and no adopted process. */
final class ProcessSignals {
    static final int KILL = 9;
    static final int TERMINATE = 15;
    private static final MethodHandle KILL_CALL = link();

    private ProcessSignals() {}

    /**
     * Signals one process, or with a negative number the whole group. Returns whether anything was
     * there to signal.
     */
    static boolean send(long target, int signal) {
        if (target >= -1 && target <= 1) {
            // kill(2) takes these for everybody.
            throw new IllegalArgumentException(
                    "The target (%d) must be a process or a group.".formatted(target));
        }
        try {
            return (int) KILL_CALL.invokeExact((int) target, signal) == 0;
        } catch (Throwable impossible) {
            throw new IllegalStateException("kill(2) cannot be called.", impossible);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("kill"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    }
}
