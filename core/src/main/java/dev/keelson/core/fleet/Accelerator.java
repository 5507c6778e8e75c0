package dev.keelson.core.fleet;

/** One device of a node. {@code memoryBytes} is 0 where the device has none of its own (a CPU). */
public record Accelerator(String model, long memoryBytes) {}
