package dev.keelson.runtime.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A step while it is put together. */
final class StepDraft {
    private final List<StepPlan.Slice> slices = new ArrayList<>();
    private final List<StepPlan.Copy> copies = new ArrayList<>();
    private final List<Sequence> owners = new ArrayList<>(); // of the copies
    private int left;

    StepDraft(int budget) {
        left = budget;
    }

    int left() {
        return left;
    }

    boolean isEmpty() {
        return slices.isEmpty();
    }

    /**
     * @param slot of the sequence's adapter, or {@link StepPlan#NO_ADAPTER}
     */
    void add(Sequence sequence, int count, int[] guesses, StepPlan.@Nullable Copy copy, int slot) {
        slices.add(sequence.slice(count, slot, guesses));
        left -= count + guesses.length;
        if (copy != null) {
            copies.add(copy);
            owners.add(sequence);
        }
    }

    /** Its blocks will be another's: nothing may be written into them. */
    void drop(Sequence sequence) {
        slices.stream()
                .filter(s -> s.sequence() == sequence.id())
                .forEach(s -> left += s.tokens().length);
        slices.removeIf(s -> s.sequence() == sequence.id());
        int copy = owners.indexOf(sequence);
        if (copy >= 0) {
            owners.remove(copy);
            copies.remove(copy);
        }
    }

    StepPlan plan(List<StepPlan.Load> loads) {
        slices.sort(Comparator.comparing(s -> s.tokens().length > 1));
        return new StepPlan(slices, copies, loads);
    }
}
