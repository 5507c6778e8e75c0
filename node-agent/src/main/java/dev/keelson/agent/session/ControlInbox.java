package dev.keelson.agent.session;

import dev.keelson.agent.telemetry.AgentMetrics;
import dev.keelson.protocol.v1.AgentHello;
import dev.keelson.protocol.v1.Command;
import dev.keelson.protocol.v1.CommandResult;
import dev.keelson.protocol.v1.HeartbeatAck;
import java.time.Instant;

/** What comes by the session, for the desk. Not thread-safe: the agent's loop owns it. */
public final class ControlInbox implements ControlSession.Inbox {
    private final AgentHello hello;
    private final CommandDesk desk;
    private final AgentMetrics metrics;
    private boolean owed;

    /**
     * @param hello what the node is; the epoch is filled in
     */
    public ControlInbox(AgentHello hello, CommandDesk desk, AgentMetrics metrics) {
        this.hello = hello;
        this.desk = desk;
        this.metrics = metrics;
    }

    @Override
    public AgentHello hello() {
        return hello.toBuilder().setHighestEpochSeen(desk.highestEpoch()).build();
    }

    @Override
    public CommandResult execute(Command command, Instant receivedAt) {
        CommandResult result = desk.execute(command, receivedAt);
        metrics.countCommand(result.getStatus());
        owed = true;
        return result;
    }

    @Override
    public void acknowledged(HeartbeatAck ack) {
        desk.sawEpoch(ack.getEpoch());
    }

    @Override
    public void opened() {
        owed = true;
    }

    /** Is the control plane owed the state since this was last asked? */
    public boolean takeOwed() {
        boolean was = owed;
        owed = false;
        return was;
    }
}
