package dev.keelson.lab.forecast;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** CPU time of this process, the JVM's own threads included. */
final class Cpu {
    private Cpu() {}

    static double seconds() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime()
                / 1e9;
    }
}
