package dev.keelson.controlplane.grpc;

import dev.keelson.controlplane.observe.GatewayBoard;
import dev.keelson.protocol.v1.GatewayInstruction;
import dev.keelson.protocol.v1.GatewayMessage;
import dev.keelson.protocol.v1.GatewaysGrpc;
import dev.keelson.protocol.v1.ReportAck;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sessions of gateways. */
final class GatewaysService extends GatewaysGrpc.GatewaysImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(GatewaysService.class);

    private final GatewayBoard gateways;
    private final InstantSource clock;

    GatewaysService(GatewayBoard gateways, InstantSource clock) {
        this.gateways = gateways;
        this.clock = clock;
    }

    @Override
    public StreamObserver<GatewayMessage> session(StreamObserver<GatewayInstruction> out) {
        return new Session(Peer.current().name(), new Outbound<>(out));
    }

    private final class Session implements StreamObserver<GatewayMessage>, GatewayBoard.Link {
        private final String name;
        private final Outbound<GatewayInstruction> out;
        private boolean greeted;

        Session(String name, Outbound<GatewayInstruction> out) {
            this.name = name;
            this.out = out;
        }

        @Override
        public void send(GatewayInstruction instruction) {
            out.send(instruction);
        }

        @Override
        public void onNext(GatewayMessage message) {
            if (!greeted && !message.hasHello()) {
                out.refuse(
                        Status.FAILED_PRECONDITION.withDescription("A session begins with hello."));
                return;
            }
            switch (message.getBodyCase()) {
                case HELLO -> {
                    greeted = true;
                    gateways.hello(name, message.getHello(), this);
                    LOG.info("gateway {} is connected", name);
                }
                case REPORT -> {
                    gateways.report(name, message.getReport());
                    out.send(
                            GatewayInstruction.newBuilder()
                                    .setAck(
                                            ReportAck.newBuilder()
                                                    .setSequence(message.getReport().getSequence())
                                                    .setServerClockMs(clock.millis()))
                                    .build());
                }
                case BODY_NOT_SET -> {}
            }
        }

        @Override
        public void onError(Throwable cause) {
            LOG.info("the session of gateway {} broke: {}", name, Status.fromThrowable(cause));
            gateways.closed(name, this);
        }

        @Override
        public void onCompleted() {
            gateways.closed(name, this);
            out.close();
        }
    }
}
