package dev.keelson.streams.job;

import dev.keelson.protocol.RecordCodec;
import dev.keelson.streams.function.DemandLedger;
import dev.keelson.streams.function.DemandLedger.Verdict;
import dev.keelson.streams.function.RequestEvent;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Counts a deployment's demand; completions that counted go on to the slo function. */
final class DemandFunction extends KeyedProcessFunction<String, RequestEvent, ResultRecord> {
    static final OutputTag<RequestEvent> COMPLETIONS =
            new OutputTag<>("completions", TypeInformation.of(RequestEvent.class));

    private static final long serialVersionUID = 1L;

    private final long latenessMs;
    private transient ValueState<DemandLedger> ledgers;
    private transient SecondTimer timer;

    @SuppressWarnings("NullAway.Init") // open() comes before any record
    DemandFunction(long latenessMs) {
        this.latenessMs = latenessMs;
    }

    @Override
    public void open(OpenContext context) {
        var runtime = getRuntimeContext();
        ledgers =
                runtime.getState(
                        new ValueStateDescriptor<>("ledger", new DemandLedgerSerializer()));
        timer = new SecondTimer(runtime.getState(new ValueStateDescriptor<>("timer", Types.LONG)));
    }

    @Override
    public void processElement(RequestEvent event, Context context, Collector<ResultRecord> out)
            throws Exception {
        var found = ledgers.value();
        var ledger = found == null ? new DemandLedger() : found;
        var timers = context.timerService();
        var verdict = ledger.add(event, timers.currentWatermark(), latenessMs);
        ledgers.update(ledger);
        timer.arm(timers, event.windowTimeMs());
        if (verdict == Verdict.FRESH && event.kind() == RequestEvent.Kind.COMPLETION) {
            context.output(COMPLETIONS, event);
        }
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
                record -> out.collect(new ResultRecord(key, RecordCodec.DEMAND.encode(record))));
        ledgers.update(ledger);
        timer.armAgain(context.timerService());
    }
}
