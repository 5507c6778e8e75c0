package dev.keelson.streams.job;

import dev.keelson.streams.function.SloLedger;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;

final class SloLedgerSerializer extends LedgerSerializer<SloLedger> {
    private static final long serialVersionUID = 1L;

    @Override
    public SloLedger createInstance() {
        return new SloLedger();
    }

    @Override
    public TypeSerializerSnapshot<SloLedger> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Found by its name in checkpoints: never rename. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<SloLedger> {
        public Snapshot() {
            super(SloLedgerSerializer::new);
        }
    }
}
