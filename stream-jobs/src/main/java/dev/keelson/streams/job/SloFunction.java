package dev.keelson.streams.job;

import dev.keelson.protocol.RecordCodec;
import dev.keelson.streams.function.RequestEvent;
import dev.keelson.streams.function.SloLedger;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Sketches a deployment's latencies from completions that were counted once. */
final class SloFunction extends KeyedProcessFunction<String, RequestEvent, ResultRecord> {
    private static final long serialVersionUID = 1L;

    private final long latenessMs;
    private transient ValueState<SloLedger> ledgers;
    private transient SecondTimer timer;

    @SuppressWarnings("NullAway.Init") // open() comes before any record
    SloFunction(long latenessMs) {
        this.latenessMs = latenessMs;
    }

    @Override
    public void open(OpenContext context) {
        var runtime = getRuntimeContext();
        ledgers = runtime.getState(new ValueStateDescriptor<>("ledger", new SloLedgerSerializer()));
        timer = new SecondTimer(runtime.getState(new ValueStateDescriptor<>("timer", Types.LONG)));
    }

    @Override
    public void processElement(RequestEvent event, Context context, Collector<ResultRecord> out)
            throws Exception {
        var found = ledgers.value();
        var ledger = found == null ? new SloLedger() : found;
        ledger.add(event);
        ledgers.update(ledger);
        timer.arm(context.timerService(), event.windowTimeMs());
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<ResultRecord> out)
            throws Exception {
        var ledger = ledgers.value();
        if (ledger == null || !timer.isArmedFor(timestamp)) {
            return;
        }
        var key = context.getCurrentKey();
        ledger.advance(
                key,
                context.timerService().currentWatermark(),
                latenessMs,
                record -> out.collect(new ResultRecord(key, RecordCodec.SLO.encode(record))));
        if (ledger.isIdle()) {
            ledgers.clear();
            timer.disarm();
        } else {
            ledgers.update(ledger);
            timer.armAgain(context.timerService());
        }
    }
}
