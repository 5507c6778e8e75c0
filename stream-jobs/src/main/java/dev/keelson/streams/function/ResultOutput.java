package dev.keelson.streams.function;

/** Takes a result record of one topic. */
public interface ResultOutput<T> {
    void emit(T record);
}
