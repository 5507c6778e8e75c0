package dev.keelson.streams.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs in a cluster of this process, going on from the newest checkpoint that can be restored.
 * Stepped: one thread calls {@link #tick}; {@link #state} is thread-safe.
 */
final class LocalJob implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalJob.class);
    private static final long PATIENCE_SECONDS = 10;

    private final JobSettings settings;
    private final Configuration configuration;
    private final RestorePoints points;
    private final LoopbackCluster cluster;
    private final Deque<Path> candidates;
    private @Nullable Path restored;
    private JobID job = new JobID();
    private boolean proven;
    private volatile State state = new State("STARTING", 0, 0, 0);

    private LocalJob(
            JobSettings settings,
            Configuration configuration,
            RestorePoints points,
            LoopbackCluster cluster,
            Deque<Path> candidates) {
        this.settings = settings;
        this.configuration = configuration;
        this.points = points;
        this.cluster = cluster;
        this.candidates = candidates;
    }

    /** Starts the cluster and submits the jobs. */
    static LocalJob start(Path data, JobSettings settings) throws Exception {
        var temporary = data.resolve("tmp");
        RestorePoints.delete(temporary);
        Files.createDirectories(temporary);
        var points = new RestorePoints(data.resolve("checkpoints"));
        points.deleteOld();
        var candidates = new ArrayDeque<>(points.newestFirst());
        var configuration = LoopbackCluster.configuration(data.toAbsolutePath());
        var cluster = new LoopbackCluster(configuration);
        cluster.start();
        var result = new LocalJob(settings, configuration, points, cluster, candidates);
        result.submit();
        return result;
    }

    private void submit() throws ExecutionException, InterruptedException, TimeoutException {
        var environment = StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
        StreamJobs.build(environment, settings);
        var graph = environment.getStreamGraph().getJobGraph();
        restored = candidates.poll();
        proven = false;
        if (restored == null) {
            LOG.info("The jobs start without a checkpoint, from the beginning of the topic.");
        } else {
            LOG.info("The jobs go on from {}.", restored);
            graph.setSavepointRestoreSettings(
                    SavepointRestoreSettings.forPath(
                            restored.toUri().toString(), false, RecoveryClaimMode.NO_CLAIM));
        }
        job = graph.getJobID();
        cluster.submitJob(graph).get(60, TimeUnit.SECONDS);
    }

    /** Looks after the job; call it about once a second. */
    void tick() throws IOException, InterruptedException {
        try {
            var status = cluster.getJobStatus(job).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            var checkpointMs = points.newestTimeMs();
            var completed = proven ? state.checkpoints() : completedCheckpoints();
            proven = proven || completed > 0;
            state = new State(status.name(), checkpointMs, completed, state.fallbacks());
            if (status.isGloballyTerminalState() || (!proven && restoreFailed())) {
                startAgain(status);
            }
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("Flink does not answer: {}", e.toString());
        }
    }

    private long completedCheckpoints()
            throws ExecutionException, InterruptedException, TimeoutException {
        var statistics =
                cluster.getArchivedExecutionGraph(job)
                        .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .getCheckpointStatsSnapshot();
        return statistics == null ? 0 : statistics.getCounts().getNumberOfCompletedCheckpoints();
    }

    /** A state that cannot be read would make the job restart for ever. */
    private boolean restoreFailed()
            throws ExecutionException, InterruptedException, TimeoutException {
        if (restored == null) {
            return false;
        }
        var failure =
                cluster.getArchivedExecutionGraph(job)
                        .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .getFailureInfo();
        return failure != null
                && failure.getExceptionAsString().contains("StreamOperatorStateContext");
    }

    private void startAgain(JobStatus status)
            throws IOException, ExecutionException, InterruptedException, TimeoutException {
        if (!status.isGloballyTerminalState()) {
            cluster.cancelJob(job).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            cluster.requestJobResult(job).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        if (!proven && restored != null) {
            LOG.error("The checkpoint {} could not be restored and is set aside.", restored);
            points.setAside(restored);
        }
        candidates.clear();
        candidates.addAll(points.newestFirst());
        state = new State("RESTARTING", state.checkpointMs(), 0, state.fallbacks() + 1);
        submit();
    }

    State state() {
        return state;
    }

    @Override
    public void close() throws IOException {
        try {
            cluster.closeAsync().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("Flink did not end in time: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * @param status Flink's word for it
     * @param checkpointMs when the newest complete checkpoint was written, epoch milliseconds
     * @param checkpoints completed since the start, as far as looked at
     * @param fallbacks how often the job was submitted again
     */
    record State(String status, long checkpointMs, long checkpoints, int fallbacks) {}
}
