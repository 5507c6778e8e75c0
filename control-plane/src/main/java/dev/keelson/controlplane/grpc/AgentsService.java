package dev.keelson.controlplane.grpc;

import dev.keelson.controlplane.observe.AgentLink;
import dev.keelson.controlplane.observe.FleetBoard;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.protocol.v1.AgentInstruction;
import dev.keelson.protocol.v1.AgentMessage;
import dev.keelson.protocol.v1.AgentsGrpc;
import dev.keelson.protocol.v1.Heartbeat;
import dev.keelson.protocol.v1.HeartbeatAck;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sessions of agents. */
final class AgentsService extends AgentsGrpc.AgentsImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(AgentsService.class);

    private final FleetBoard fleet;
    private final long epoch;
    private final InstantSource clock;

    AgentsService(FleetBoard fleet, long epoch, InstantSource clock) {
        this.fleet = fleet;
        this.epoch = epoch;
        this.clock = clock;
    }

    @Override
    public StreamObserver<AgentMessage> session(StreamObserver<AgentInstruction> out) {
        return new Session(new NodeId(Peer.current().name()), new Outbound<>(out));
    }

    private final class Session implements StreamObserver<AgentMessage>, AgentLink {
        private final NodeId node;
        private final Outbound<AgentInstruction> out;
        private boolean greeted;

        Session(NodeId node, Outbound<AgentInstruction> out) {
            this.node = node;
            this.out = out;
        }

        @Override
        public void send(AgentInstruction instruction) {
            out.send(instruction);
        }

        @Override
        public void onNext(AgentMessage message) {
            if (!greeted && !message.hasHello()) {
                out.refuse(
                        Status.FAILED_PRECONDITION.withDescription("A session begins with hello."));
                return;
            }
            try {
                take(message);
            } catch (IllegalArgumentException e) {
                out.refuse(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
            }
        }

        private void take(AgentMessage message) {
            switch (message.getBodyCase()) {
                case HELLO -> {
                    greeted = true;
                    fleet.hello(node, message.getHello(), this);
                    LOG.info("node {} is connected", node);
                    if (message.getHello().getHighestEpochSeen() > epoch) {
                        LOG.error(
                                "node {} has seen epoch {} and this control plane leads {}: it"
                                        + " refuses our commands. Was an old database restored?",
                                node,
                                message.getHello().getHighestEpochSeen(),
                                epoch);
                    }
                }
                case HEARTBEAT -> heartbeat(message.getHeartbeat());
                case RESULT -> fleet.result(node, message.getResult());
                case BODY_NOT_SET -> {}
            }
        }

        private void heartbeat(Heartbeat beat) {
            fleet.heartbeat(node, beat);
            out.send(
                    AgentInstruction.newBuilder()
                            .setAck(
                                    HeartbeatAck.newBuilder()
                                            .setSequence(beat.getSequence())
                                            .setServerClockMs(clock.millis())
                                            .setEpoch(epoch))
                            .build());
        }

        @Override
        public void onError(Throwable cause) {
            LOG.info("the session of node {} broke: {}", node, Status.fromThrowable(cause));
            fleet.closed(node, this);
        }

        @Override
        public void onCompleted() {
            fleet.closed(node, this);
            out.close();
        }
    }
}
