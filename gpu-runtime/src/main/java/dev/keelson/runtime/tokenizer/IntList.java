package dev.keelson.runtime.tokenizer;

import java.util.Arrays;

/** Growing array of tokens without boxing. */
public final class IntList {
    private int[] values;
    private int size;

    public IntList(int capacity) {
        values = new int[Math.max(4, capacity)];
    }

    /** Appends one value. */
    public void add(int value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size * 2);
        }
        values[size++] = value;
    }

    /** Appends all values. */
    public void addAll(int... more) {
        for (int value : more) {
            add(value);
        }
    }

    /** The value at {@code index}. */
    public int get(int index) {
        if (index >= size) {
            throw new IndexOutOfBoundsException(index);
        }
        return values[index];
    }

    /** Number of values. */
    public int size() {
        return size;
    }

    /** A copy of the values in [{@code from}, {@code to}). */
    public int[] slice(int from, int to) {
        if (to > size) {
            throw new IndexOutOfBoundsException(to);
        }
        return Arrays.copyOfRange(values, from, to);
    }

    /** A copy of all values. */
    public int[] toArray() {
        return slice(0, size);
    }
}
