package dev.keelson.streams.job;

import dev.keelson.streams.function.Ledger;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Hands a ledger's own form to Flink: versioned by the ledger, no reflection. Immutable. */
abstract class LedgerSerializer<L extends Ledger<L>> extends TypeSerializerSingleton<L> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public L copy(L from) {
        return from.copy();
    }

    @Override
    public L copy(L from, L reuse) {
        return from.copy();
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(L ledger, DataOutputView target) throws IOException {
        ledger.write(target);
    }

    @Override
    public L deserialize(DataInputView source) throws IOException {
        var result = createInstance();
        result.read(source);
        return result;
    }

    @Override
    public L deserialize(L reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }
}
