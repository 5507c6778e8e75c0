package dev.keelson.serving.metrics;

/**
 * How much of a scrape is read at most. An engine that prints more is faulty, and its reader must
 * not be.
 *
 * @param series samples read before reading stops
 * @param bytes bytes read before reading stops
 * @param lineBytes longest line; a longer one is set aside
 */
public record ScrapeLimits(int series, long bytes, int lineBytes) {
    /** 100,000 series, 16 MiB, 64 KiB per line. */
    public static final ScrapeLimits DEFAULT = new ScrapeLimits(100_000, 16L << 20, 64 << 10);

    public ScrapeLimits {
        if (series < 1 || bytes < 1 || lineBytes < 1) {
            throw new IllegalArgumentException(
                    "Every limit (%d, %d, %d) must be positive."
                            .formatted(series, bytes, lineBytes));
        }
    }
}
