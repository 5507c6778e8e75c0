package dev.keelson.forecaster.learned.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.core.Linear;
import ai.djl.nn.recurrent.LSTM;
import dev.keelson.forecaster.learned.network.NetworkShape;

/** Copies what was trained out of native memory, in the order that the plain network reads. */
final class NetworkParameters {
    private NetworkParameters() {}

    static float[] of(NetworkShape shape, LSTM lstm, Linear head) {
        var all = new float[shape.parameters()];
        int at = copy(lstm, all, 0);
        at = copy(head, all, at);
        if (at != all.length) {
            throw new IllegalStateException(
                    "The trained network has %d values, not %d.".formatted(at, all.length));
        }
        return all;
    }

    private static int copy(Block block, float[] all, int from) {
        int at = from;
        for (var parameter : block.getParameters()) {
            NDArray array = parameter.getValue().getArray();
            float[] values = array.toFloatArray();
            System.arraycopy(values, 0, all, at, values.length);
            at += values.length;
        }
        return at;
    }
}
