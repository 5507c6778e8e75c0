package dev.keelson.streams.job;

import dev.keelson.streams.function.DemandLedger;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;

final class DemandLedgerSerializer extends LedgerSerializer<DemandLedger> {
    private static final long serialVersionUID = 1L;

    @Override
    public DemandLedger createInstance() {
        return new DemandLedger();
    }

    @Override
    public TypeSerializerSnapshot<DemandLedger> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Found by its name in checkpoints: never rename. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<DemandLedger> {
        public Snapshot() {
            super(DemandLedgerSerializer::new);
        }
    }
}
