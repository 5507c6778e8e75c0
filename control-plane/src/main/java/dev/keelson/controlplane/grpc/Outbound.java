package dev.keelson.controlplane.grpc;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** One direction of a session. Thread-safe, unlike the observer inside. */
final class Outbound<T> {
    private final StreamObserver<T> observer;
    private boolean open = true;

    Outbound(StreamObserver<T> observer) {
        this.observer = observer;
    }

    synchronized void send(T message) {
        if (!open) {
            return;
        }
        try {
            observer.onNext(message);
        } catch (IllegalStateException | io.grpc.StatusRuntimeException e) {
            // The session ended meanwhile; its end is reported on the other direction.
            open = false;
        }
    }

    synchronized void close() {
        if (open) {
            open = false;
            try {
                observer.onCompleted();
            } catch (IllegalStateException e) {
                // Ended by the other side at the same moment.
            }
        }
    }

    synchronized void refuse(Status status) {
        if (open) {
            open = false;
            observer.onError(status.asRuntimeException());
        }
    }
}
