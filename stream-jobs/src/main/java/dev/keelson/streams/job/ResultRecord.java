package dev.keelson.streams.job;

/**
 * An encoded result on its way to a topic.
 *
 * @param key deployment
 * @param value the topic's message
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ResultRecord(String key, byte[] value) {}
