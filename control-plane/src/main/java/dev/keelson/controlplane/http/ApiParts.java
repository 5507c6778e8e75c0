package dev.keelson.controlplane.http;

import dev.keelson.controlplane.journal.DatabaseJournal;
import dev.keelson.controlplane.journal.IncidentBook;
import dev.keelson.controlplane.observe.FleetBoard;
import dev.keelson.controlplane.observe.GatewayBoard;
import dev.keelson.controlplane.observe.ManifestWatch;
import dev.keelson.controlplane.observe.TenantBoard;
import dev.keelson.controlplane.security.AccessTokens;
import dev.keelson.controlplane.security.AuditLog;
import dev.keelson.controlplane.security.JoinTokens;
import dev.keelson.controlplane.store.OperatorTable;
import dev.keelson.core.control.PlannerMemoryStore;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * All that the HTTP side shows and changes.
 *
 * @param fingerprint of the certificate authority, told with join tokens
 * @param grpcAddress host:port where agents and gateways connect, told with join tokens
 * @param nudge makes the control loop look at once
 * @param metrics Prometheus text
 */
public record ApiParts(
        FleetBoard fleet,
        GatewayBoard gateways,
        ManifestWatch manifests,
        PlannerMemoryStore memory,
        OperatorTable operators,
        DatabaseJournal journal,
        IncidentBook incidents,
        AccessTokens tokens,
        JoinTokens joinTokens,
        AuditLog audit,
        FleetViews views,
        ForecastViews forecasts,
        TenantBoard tenants,
        History history,
        EventStream events,
        String fingerprint,
        String grpcAddress,
        Runnable nudge,
        Supplier<String> metrics,
        InstantSource clock) {

    /** Starts to listen; port 0 takes a free one. */
    public ApiServer listen(String host, int port) {
        var reads =
                new Reads(
                        views,
                        forecasts,
                        new TenantViews(tenants),
                        journal,
                        incidents,
                        manifests,
                        memory,
                        audit,
                        tokens,
                        joinTokens,
                        clock);
        var mutations =
                new Mutations(
                        fleet,
                        gateways,
                        manifests,
                        operators,
                        tokens,
                        joinTokens,
                        audit,
                        fingerprint,
                        grpcAddress,
                        nudge,
                        clock);
        return new ApiServer(host, port, tokens, views, reads, mutations, history, events, metrics);
    }

    /** Adds one point to the history and tells those who read the stream; once a second. */
    public void everySecond() {
        var points = views.points();
        points.forEach(forecasts::complete);
        history.add(points);
        if (events.hasReaders()) {
            events.send("snapshot", views.snapshot(points).toString());
        }
        forecasts.everySecond();
        tenants.refresh();
    }
}
