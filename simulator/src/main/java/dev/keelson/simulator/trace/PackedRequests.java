package dev.keelson.simulator.trace;

import dev.keelson.simulator.trace.TraceRequest.Label;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Requests read from a file, 20 bytes each. Mutable until it is read from. */
final class PackedRequests {
    private final Map<Label, Label> labels = new HashMap<>();
    private double[] seconds = new double[1024];
    private int[] prompts = new int[1024];
    private int[] outputs = new int[1024];
    private Label[] labelOf = new Label[1024];
    private int size;

    void add(double at, int promptTokens, int outputTokens, Label label) {
        if (size == seconds.length) {
            int grown = size + (size >> 1);
            seconds = Arrays.copyOf(seconds, grown);
            prompts = Arrays.copyOf(prompts, grown);
            outputs = Arrays.copyOf(outputs, grown);
            labelOf = Arrays.copyOf(labelOf, grown);
        }
        seconds[size] = at;
        prompts[size] = promptTokens;
        outputs[size] = outputTokens;
        labelOf[size] = labels.computeIfAbsent(label, l -> l);
        size++;
    }

    double lastSeconds() {
        return seconds[size - 1];
    }

    LazyArrivals iterator() {
        return new LazyArrivals() {
            private int at;

            @Override
            @Nullable TraceRequest compute() {
                if (at == size) {
                    return null;
                }
                var request = new TraceRequest(seconds[at], prompts[at], outputs[at], labelOf[at]);
                at++;
                return request;
            }
        };
    }
}
