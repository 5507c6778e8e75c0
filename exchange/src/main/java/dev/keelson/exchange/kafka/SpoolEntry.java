package dev.keelson.exchange.kafka;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the spool.
 *
 * @param position place in the spool, contiguous from 1
 * @param counted whether it is a record; markers are not
 * @param partition explicit partition, -1 for the key's
 * @param eventTimeMs the time it speaks of, epoch milliseconds
 */
@SuppressWarnings(
        "ArrayRecordComponent") // never compared; copying each value would double the work
record SpoolEntry(
        long position,
        boolean counted,
        String topic,
        int partition,
        @Nullable String key,
        long eventTimeMs,
        byte[] value) {
    byte[] encode() {
        var topicBytes = topic.getBytes(StandardCharsets.UTF_8);
        var keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        var keyLength = keyBytes == null ? 0 : keyBytes.length;
        var buffer = ByteBuffer.allocate(17 + topicBytes.length + keyLength + value.length);
        buffer.put((byte) (counted ? 1 : 0));
        buffer.putShort((short) topicBytes.length).put(topicBytes);
        buffer.putShort((short) (keyBytes == null ? -1 : keyLength));
        if (keyBytes != null) {
            buffer.put(keyBytes);
        }
        return buffer.putInt(partition).putLong(eventTimeMs).put(value).array();
    }

    static SpoolEntry decode(long position, ByteBuffer payload) {
        var counted = payload.get() == 1;
        var topic = text(payload, payload.getShort());
        var keyLength = payload.getShort();
        var key = keyLength < 0 ? null : text(payload, keyLength);
        var partition = payload.getInt();
        var eventTimeMs = payload.getLong();
        var value = new byte[payload.remaining()];
        payload.get(value);
        return new SpoolEntry(position, counted, topic, partition, key, eventTimeMs, value);
    }

    private static String text(ByteBuffer from, int length) {
        var bytes = new byte[length];
        from.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
