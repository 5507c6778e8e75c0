package dev.keelson.simulator.trace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What NVIDIA's catalogue tells operators to do at once about each XID, and what that says of the
 * GPU. The catalogue: {@code datasets/xid}.
 */
public final class XidCatalogue {
    private static final XidCatalogue BUNDLED = load();

    /** How far the damage reaches, from what the immediate resolution would mend. */
    public enum Damage {
        /** Nothing that serving notices. */
        NONE,
        /** The process that used the GPU dies; a new one can start. */
        PROCESS,
        /** The process dies, and none can use the GPU before it is reset. */
        GPU,
        /** The process dies, and the GPU is away until the machine has been started again. */
        MACHINE
    }

    private final SortedMap<Integer, String> resolutions;

    private XidCatalogue(SortedMap<Integer, String> resolutions) {
        this.resolutions = Collections.unmodifiableSortedMap(resolutions);
    }

    public static XidCatalogue bundled() {
        return BUNDLED;
    }

    public boolean has(int code) {
        return resolutions.containsKey(code);
    }

    /** The catalogue's word, such as {@code RESET_GPU}. */
    public String resolution(int code) {
        var resolution = resolutions.get(code);
        if (resolution == null) {
            throw new IllegalArgumentException(
                    "The XID (%d) is not in the catalogue.".formatted(code));
        }
        return resolution;
    }

    /**
     * Our reading of the resolution. Workflows are read at their worst case that needs no hand: XID
     * 48 (double-bit ECC) and NVLink errors need a reset, XID 45 is the death of the process
     * itself; what only support can answer leaves the GPU unusable.
     */
    public Damage damage(int code) {
        return switch (resolution(code)) {
            case "IGNORE", "XID_154", "UPDATE_SWFW", "CHECK_MECHANICALS" -> Damage.NONE;
            case "RESTART_APP", "WORKFLOW_XID_45", "CHECK_UVM" -> Damage.PROCESS;
            case "RESTART_BM", "RESTART_VM" -> Damage.MACHINE;
            default -> Damage.GPU;
        };
    }

    private static XidCatalogue load() {
        var resolutions = new TreeMap<Integer, String>();
        try (var in = XidCatalogue.class.getResourceAsStream("xid.csv")) {
            if (in == null) {
                throw new IllegalStateException("The resource xid.csv is missing.");
            }
            var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            lines.lines()
                    .skip(1)
                    .map(line -> line.split(",", -1))
                    .forEach(cells -> resolutions.put(Integer.valueOf(cells[0]), cells[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new XidCatalogue(resolutions);
    }
}
