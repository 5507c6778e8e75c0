package dev.keelson.streams.function;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Keyed state that writes and reads itself. Not thread-safe. */
public interface Ledger<L extends Ledger<L>> {
    L copy();

    void write(DataOutput out) throws IOException;

    void read(DataInput in) throws IOException;
}
