package dev.keelson.gateway.session;

import dev.keelson.gateway.record.RequestRecords;
import dev.keelson.gateway.route.DeploymentSnapshot;
import dev.keelson.gateway.route.Dispatcher;
import dev.keelson.gateway.serve.PoisonLedger;
import dev.keelson.gateway.tenant.TenantGate;
import dev.keelson.protocol.v1.DeploymentLoad;
import dev.keelson.protocol.v1.GatewayReport;
import dev.keelson.protocol.v1.PoisonReport;
import dev.keelson.protocol.v1.ReplicaObservation;
import dev.keelson.protocol.v1.ReportAck;
import dev.keelson.protocol.v1.RoutingTable;
import dev.keelson.protocol.v1.TenantShares;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes the reports and takes the answers. Thread-safe. */
public final class Reporter implements ControlSession.Content {
    private final Dispatcher dispatcher;
    private final RequestRecords records;
    private final PoisonLedger poison;
    private final TenantGate tenants;
    private final RoutingTableStore tables;
    private final InstantSource clock;
    private final Runnable whenAskedToLeave;
    private final TreeMap<Long, List<PoisonReport>> unacknowledged = new TreeMap<>();

    public Reporter(
            Dispatcher dispatcher,
            RequestRecords records,
            PoisonLedger poison,
            TenantGate tenants,
            RoutingTableStore tables,
            InstantSource clock,
            Runnable whenAskedToLeave) {
        this.dispatcher = dispatcher;
        this.records = records;
        this.poison = poison;
        this.tenants = tenants;
        this.tables = tables;
        this.clock = clock;
        this.whenAskedToLeave = whenAskedToLeave;
    }

    @Override
    public GatewayReport report(long sequence) {
        GatewayReport.Builder report =
                GatewayReport.newBuilder()
                        .setSequence(sequence)
                        .setGatewayClockMs(clock.millis())
                        .setLog(records.state())
                        .addAllTenants(tenants.loads());
        for (DeploymentSnapshot deployment : dispatcher.snapshot()) {
            report.addDeployments(load(deployment));
            deployment.replicas().forEach(replica -> report.addReplicas(observation(replica)));
        }
        List<PoisonReport> verdicts = poison.unreported();
        if (!verdicts.isEmpty()) {
            report.addAllPoison(verdicts);
            synchronized (unacknowledged) {
                unacknowledged.put(sequence, verdicts);
            }
        }
        return report.build();
    }

    private static DeploymentLoad load(DeploymentSnapshot deployment) {
        return DeploymentLoad.newBuilder()
                .setDeployment(deployment.deployment())
                .setInFlight(deployment.inFlight())
                .setQueued(deployment.queued())
                .setArrivalsTotal(deployment.arrivals())
                .setOutputTokensTotal(deployment.outputTokens())
                .build();
    }

    private static ReplicaObservation observation(DeploymentSnapshot.ReplicaSnapshot replica) {
        ReplicaObservation.Builder observation =
                ReplicaObservation.newBuilder()
                        .setReplica(replica.replica())
                        .setInFlight(replica.inFlight())
                        .setConsecutiveFailures(replica.consecutiveFailures())
                        .setSucceededTotal(replica.succeeded())
                        .setFailedTotal(replica.failed());
        Long age = replica.progressAgeMs();
        if (age != null) {
            observation.setProgressAgeMs(age);
        }
        return observation.build();
    }

    @Override
    public void acknowledged(ReportAck ack) {
        synchronized (unacknowledged) {
            Map<Long, List<PoisonReport>> done = unacknowledged.headMap(ack.getSequence(), true);
            done.values().forEach(poison::acknowledged);
            done.clear();
        }
    }

    @Override
    public void shares(TenantShares shares) {
        tenants.update(shares);
    }

    @Override
    public void table(RoutingTable table) {
        if (tables.offer(table) && table.getLeave()) {
            whenAskedToLeave.run();
        }
    }
}
