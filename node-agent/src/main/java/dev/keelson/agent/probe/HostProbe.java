package dev.keelson.agent.probe;

import dev.keelson.agent.probe.ProcFs.CpuTicks;
import dev.keelson.protocol.v1.AcceleratorInfo;
import dev.keelson.protocol.v1.HostSample;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Samples the machine. Not thread-safe; {@link #sample} is called once a second. */
public final class HostProbe {
    private static final int REMEMBERED = 5;
    private static final double TAKEN = 0.85;

    private final ProcFs proc;
    private final Deque<Double> recent = new ArrayDeque<>();
    private @Nullable CpuTicks before;
    private HostSample newest = HostSample.getDefaultInstance();

    public HostProbe(ProcFs proc) {
        this.proc = proc;
        this.before = proc.cpu().orElse(null);
    }

    /** Takes a sample. Fields that the machine does not tell are absent. */
    public HostSample sample() {
        var sample = HostSample.newBuilder();
        CpuTicks now = proc.cpu().orElse(null);
        if (now != null && before != null && now.total() > before.total()) {
            double use = (double) (now.busy() - before.busy()) / (now.total() - before.total());
            sample.setCpuUse(Math.clamp(use, 0, 1));
            recent.addLast(use);
            if (recent.size() > REMEMBERED) {
                recent.removeFirst();
            }
        }
        before = now;
        proc.memory()
                .ifPresent(memory ->
                        sample.setMemoryUsedBytes((double) memory.used())
                                .setMemoryTotalBytes((double) memory.total()));
        newest = sample.build();
        return newest;
    }

    public HostSample newest() {
        return newest;
    }

    /**
     * Were the processors taken, by whomever, in any of the last five samples? Then slowness proves
     * nothing.
     */
    public boolean isStarved() {
        return recent.stream().anyMatch(use -> use >= TAKEN);
    }

    /**
     * What engines compute on. Without a GPU that is the processor; its memory is the host's, so it
     * has none of its own.
     */
    public List<AcceleratorInfo> accelerators() {
        return List.of(
                AcceleratorInfo.newBuilder()
                        .setModel(proc.cpuModel().orElse("unknown processor"))
                        .build());
    }
}
