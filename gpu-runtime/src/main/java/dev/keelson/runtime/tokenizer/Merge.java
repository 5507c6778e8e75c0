package dev.keelson.runtime.tokenizer;

/** Two neighbouring tokens that become one; a lower rank merges first. */
public record Merge(int rank, int left, int right, int result) {}
