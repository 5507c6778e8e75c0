package dev.keelson.runtime.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.keelson.runtime.engine.StepPlan.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Which rows of a step have which adapter, as {@link LlamaScripts#adaptedStep} takes it. Decoding
 * rows are sorted by slot into a table of equal columns, so that one batched product serves all
 * adapters without copying any of their weights; what is short of rows repeats row 0.
 */
final class AdapterInputs {
    private final List<Slice> decoding;
    private final List<Slice> reading;

    AdapterInputs(List<Slice> decoding, List<Slice> reading) {
        this.decoding = decoding;
        this.reading = reading;
    }

    /** Whether any row has one. */
    static boolean any(List<Slice> slices) {
        return slices.stream().anyMatch(s -> s.adapter() >= 0);
    }

    /**
     * Four arrays: first slot and number of slots of the table, then the slot of each chunk or -1;
     * the table; which of its places are rows; which rows these are.
     */
    List<NDArray> arrays(NDManager scope) {
        TreeMap<Integer, List<Integer>> rows = new TreeMap<>();
        for (int row = 0; row < decoding.size(); row++) {
            if (decoding.get(row).adapter() >= 0) {
                rows.computeIfAbsent(decoding.get(row).adapter(), slot -> new ArrayList<>())
                        .add(row);
            }
        }
        int first = rows.isEmpty() ? 0 : rows.firstKey();
        int count = rows.isEmpty() ? 0 : rows.lastKey() - first + 1;
        int each = rows.values().stream().mapToInt(List::size).max().orElse(0);
        long[] table = new long[count * each];
        List<Long> places = new ArrayList<>();
        List<Long> owners = new ArrayList<>();
        rows.forEach((slot, own) -> {
            for (int i = 0; i < own.size(); i++) {
                int place = (slot - first) * each + i;
                table[place] = own.get(i);
                places.add((long) place);
                owners.add((long) own.get(i));
            }
        });
        long[] slots = new long[2 + reading.size()];
        slots[0] = first;
        slots[1] = count;
        for (int c = 0; c < reading.size(); c++) {
            slots[2 + c] = reading.get(c).adapter();
        }
        return List.of(
                Torch.onHost(scope).create(slots),
                scope.create(table),
                scope.create(places.stream().mapToLong(Long::longValue).toArray()),
                scope.create(owners.stream().mapToLong(Long::longValue).toArray()));
    }
}
