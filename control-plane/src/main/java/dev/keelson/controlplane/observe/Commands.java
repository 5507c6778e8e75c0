package dev.keelson.controlplane.observe;

import dev.keelson.controlplane.store.ReplicaRow;
import dev.keelson.core.fleet.EngineSpec;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.protocol.v1.AgentInstruction;
import dev.keelson.protocol.v1.Command;
import dev.keelson.protocol.v1.DrainReplica;
import dev.keelson.protocol.v1.EngineLaunch;
import dev.keelson.protocol.v1.ReleaseNode;
import dev.keelson.protocol.v1.StartReplica;
import dev.keelson.protocol.v1.StopReplica;
import java.time.Duration;
import java.util.Optional;

/**
 * Commands to agents. The id says what is done to which replica, so that the same decision has the
 * same id after a restart of the control plane and is carried out once.
 */
public final class Commands {
    private static final Duration LIFE = Duration.ofSeconds(20);

    private Commands() {}

    public static AgentInstruction start(ReplicaRow row, EngineSpec engine, long epoch) {
        var replica = row.replica();
        return instruction(
                command("start", replica.id().value(), epoch)
                        .setStart(
                                StartReplica.newBuilder()
                                        .setReplica(replica.id().value())
                                        .setDeployment(replica.deployment().value())
                                        .setRevision(replica.revision())
                                        .setThousandths(replica.thousandths())
                                        .setEngine(
                                                EngineLaunch.newBuilder()
                                                        .setEngine(engine.engine())
                                                        .setModel(engine.model())
                                                        .setServedModel(engine.servedModel())
                                                        .putAllKnobs(engine.knobs())
                                                        .putAllAdapters(engine.adapters()))));
    }

    public static AgentInstruction drain(ReplicaRow row, long epoch) {
        return instruction(
                command("drain", row.replica().id().value(), epoch)
                        .setDrain(
                                DrainReplica.newBuilder()
                                        .setReplica(row.replica().id().value())
                                        .setDeadlineMs(row.within().toMillis())
                                        .setReason(reason(row))));
    }

    public static AgentInstruction stop(ReplicaRow row, long epoch) {
        return instruction(
                command("stop", row.replica().id().value(), epoch)
                        .setStop(
                                StopReplica.newBuilder()
                                        .setReplica(row.replica().id().value())
                                        .setReason(reason(row))));
    }

    public static AgentInstruction release(String node, Duration within, long epoch) {
        return instruction(
                command("release", node + "@" + epoch, epoch)
                        .setRelease(ReleaseNode.newBuilder().setDeadlineMs(within.toMillis())));
    }

    /** The replica that a command is about; empty for commands about a node. */
    public static Optional<ReplicaId> targetOf(String commandId) {
        var slash = commandId.indexOf('/');
        if (slash < 0 || commandId.startsWith("release/")) {
            return Optional.empty();
        }
        return Optional.of(new ReplicaId(commandId.substring(slash + 1)));
    }

    private static String reason(ReplicaRow row) {
        var reason = row.endingReason();
        return reason == null ? "command" : reason;
    }

    private static Command.Builder command(String verb, String target, long epoch) {
        return Command.newBuilder()
                .setEpoch(epoch)
                .setCommandId(verb + "/" + target)
                .setTtlMs(LIFE.toMillis());
    }

    private static AgentInstruction instruction(Command.Builder command) {
        return AgentInstruction.newBuilder().setCommand(command).build();
    }
}
