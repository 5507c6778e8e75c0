package dev.keelson.streams.job;

import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ClusterOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.dispatcher.SessionDispatcherFactory;
import org.apache.flink.runtime.dispatcher.runner.DefaultDispatcherRunnerFactory;
import org.apache.flink.runtime.entrypoint.component.DefaultDispatcherResourceManagerComponentFactory;
import org.apache.flink.runtime.entrypoint.component.DispatcherResourceManagerComponentFactory;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.resourcemanager.StandaloneResourceManagerFactory;
import org.apache.flink.runtime.rest.ApplicationRestEndpointFactory;

/**
 * A Flink cluster in this process. Its REST endpoint has no route that takes a job: whoever could
 * submit one would run code here.
 */
@SuppressWarnings("try") // MiniCluster.close() throws Exception; LocalJob closes it by closeAsync()
final class LoopbackCluster extends MiniCluster {
    private static final String LOOPBACK = "127.0.0.1";

    LoopbackCluster(Configuration configuration) {
        super(
                new MiniClusterConfiguration.Builder()
                        .setConfiguration(configuration)
                        .setNumTaskManagers(1)
                        .setNumSlotsPerTaskManager(1)
                        .build());
    }

    @Override
    protected DispatcherResourceManagerComponentFactory
            createDispatcherResourceManagerComponentFactory() {
        return new DefaultDispatcherResourceManagerComponentFactory(
                DefaultDispatcherRunnerFactory.createSessionRunner(
                        SessionDispatcherFactory.INSTANCE),
                StandaloneResourceManagerFactory.getInstance(),
                ApplicationRestEndpointFactory.INSTANCE);
    }

    /** Small and quiet, with checkpoints in {@code data/checkpoints}. */
    static Configuration configuration(Path data) {
        var result = new Configuration();
        checkpoints(result, data);
        network(result);
        size(result);
        result.set(CoreOptions.TMP_DIRS, data.resolve("tmp").toString());
        result.set(ClusterOptions.PROCESS_WORKING_DIR_BASE, data.resolve("tmp").toString());
        result.set(BlobServerOptions.STORAGE_DIRECTORY, data.resolve("tmp").toString());
        result.set(CoreOptions.DEFAULT_PARALLELISM, 1);
        result.set(StateBackendOptions.STATE_BACKEND, "hashmap");
        result.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        result.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
        result.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofSeconds(1));
        return result;
    }

    private static void checkpoints(Configuration result, Path data) {
        result.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        result.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                data.resolve("checkpoints").toUri().toString());
        result.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(2));
        result.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofMinutes(2));
        // A Kafka that is away fails flushes, hence checkpoints; never the job.
        result.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, Integer.MAX_VALUE);
        result.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, 3);
        result.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        // State of a small fleet lies in the metadata file itself: one file per checkpoint.
        result.set(CheckpointingOptions.FS_SMALL_FILE_THRESHOLD, MemorySize.ofMebiBytes(1));
    }

    private static void network(Configuration result) {
        result.set(RestOptions.ADDRESS, LOOPBACK);
        result.set(RestOptions.BIND_ADDRESS, LOOPBACK);
        result.set(RestOptions.BIND_PORT, "0");
        result.set(RestOptions.SERVER_NUM_THREADS, 1);
        result.set(JobManagerOptions.ADDRESS, LOOPBACK);
        result.set(JobManagerOptions.BIND_HOST, LOOPBACK);
        result.set(TaskManagerOptions.HOST, LOOPBACK);
        result.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
    }

    private static void size(Configuration result) {
        result.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(8));
        result.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(8));
        result.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(1));
        result.set(ClusterOptions.CLUSTER_IO_EXECUTOR_POOL_SIZE, 2);
        result.setString("pekko.fork-join-executor.parallelism-min", "1");
        result.setString("pekko.fork-join-executor.parallelism-max", "2");
        result.setString("pekko.remote-fork-join-executor.parallelism-min", "1");
        result.setString("pekko.remote-fork-join-executor.parallelism-max", "1");
        result.setString("taskmanager.network.netty.num-arenas", "1");
        result.setString("taskmanager.network.netty.server.numThreads", "1");
        result.setString("taskmanager.network.netty.client.numThreads", "1");
        // Nobody asks for Flink's own metrics.
        result.setString("metrics.fetcher.update-interval", "0");
        result.setString("web.submit.enable", "false");
        result.setString("web.cancel.enable", "false");
    }
}
