package dev.keelson.runtime.djl;

import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.weights.LlamaWeights;

/**
 * Where the tests of the decoder on libtorch compute: on the device that {@value
 * TorchDevice#VARIABLE} names, the processor without it.
 */
final class TestDevice {
    private static final TorchDevice NAMED = TorchDevice.ofEnvironment(System.getenv());

    private TestDevice() {}

    /** A decoder on the device; a device that is named and not there fails the test. */
    static LlamaDecoder decoder(LlamaWeights weights, EngineLimits limits) {
        return new LlamaDecoder(weights, limits, NAMED);
    }
}
