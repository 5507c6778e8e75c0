package dev.keelson.agent.telemetry;

/** Where records go. Thread-safe; never waits for Kafka. */
public interface RecordSink {
    /**
     * @param eventTimeMs epoch milliseconds
     */
    void append(String topic, String key, byte[] value, long eventTimeMs);

    /** Records on disk that Kafka has not taken yet. */
    long spooled();

    /** Records that the bound of the spool forced out. */
    long dropped();

    /** For a fleet without Kafka: heartbeats carry the newest state anyway. */
    RecordSink NONE =
            new RecordSink() {
                @Override
                public void append(String topic, String key, byte[] value, long eventTimeMs) {}

                @Override
                public long spooled() {
                    return 0;
                }

                @Override
                public long dropped() {
                    return 0;
                }
            };
}
