package dev.keelson.agent.supervise;

import dev.keelson.protocol.v1.EngineSample;
import dev.keelson.protocol.v1.ReplicaPhase;
import dev.keelson.protocol.v1.ReplicaReport;
import dev.keelson.serving.metrics.EngineScrape;
import java.time.Duration;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** A replica at one moment, ready to be reported. */
public final class ReplicaStatus {
    private final EngineEntry entry;
    private final @Nullable EngineScrape scrape;
    private final @Nullable Duration progressAge;
    private final boolean asleep;
    private final boolean adopted;

    ReplicaStatus(
            EngineEntry entry,
            @Nullable EngineScrape scrape,
            @Nullable Duration progressAge,
            boolean asleep,
            boolean adopted) {
        this.entry = entry;
        this.scrape = scrape;
        this.progressAge = progressAge;
        this.asleep = asleep;
        this.adopted = adopted;
    }

    public ReplicaPhase phase() {
        return ReplicaPhase.valueOf(entry.state().name());
    }

    public String replica() {
        return entry.spec().replica();
    }

    /** Has an engine been read since it last failed to answer? */
    public boolean isScraped() {
        return scrape != null;
    }

    public ReplicaReport report() {
        ReplicaSpec spec = entry.spec();
        var report =
                ReplicaReport.newBuilder()
                        .setReplica(spec.replica())
                        .setDeployment(spec.deployment())
                        .setRevision(spec.revision())
                        .setPhase(phase())
                        .setUrl(entry.url())
                        .setPid(entry.pid())
                        .setStartedAtMs(entry.startedAt().toEpochMilli())
                        .setReason(entry.reason())
                        .setAdopted(adopted)
                        .setMaxSequences(entry.maxSequences())
                        .setAsleep(asleep)
                        .setThousandths(spec.thousandths());
        Duration startup = entry.startup();
        if (startup != null) {
            report.setStartupMs(startup.toMillis());
        }
        if (progressAge != null) {
            report.setProgressAgeMs(progressAge.toMillis());
        }
        if (scrape != null) {
            report.setSample(sample());
        }
        return report.build();
    }

    /** The newest scrape; without one only the names. */
    public EngineSample sample() {
        var sample =
                EngineSample.newBuilder()
                        .setReplica(entry.spec().replica())
                        .setDeployment(entry.spec().deployment());
        if (scrape != null) {
            set(scrape.running(), sample::setRunning);
            set(scrape.waiting(), sample::setWaiting);
            set(scrape.kvUse(), sample::setKvUse);
            set(scrape.promptTokensTotal(), sample::setPromptTokensTotal);
            set(scrape.generationTokensTotal(), sample::setGenerationTokensTotal);
            set(scrape.preemptionsTotal(), sample::setPreemptionsTotal);
            set(scrape.prefixQueriesTotal(), sample::setPrefixQueriesTokensTotal);
            set(scrape.prefixHitsTotal(), sample::setPrefixHitsTokensTotal);
            set(scrape.succeededTotal(), sample::setRequestsSucceededTotal);
            sample.setSampleProblems(scrape.problems() + scrape.outcome().malformedLines());
        }
        return sample.build();
    }

    private static void set(@Nullable Double value, DoubleConsumer field) {
        if (value != null) {
            field.accept(value);
        }
    }
}
