package dev.keelson.serving.metrics;

/**
 * What a parser run came to.
 *
 * @param series samples handed on
 * @param malformedLines lines set aside because they are not in the format
 * @param stopped why reading ended
 */
public record ScrapeOutcome(int series, int malformedLines, Stop stopped) {
    /** Why reading ended. */
    public enum Stop {
        /** The text was read to its end, or to its {@code # EOF}. */
        END,
        SERIES_LIMIT,
        BYTE_LIMIT
    }

    /** Was everything read? */
    public boolean isWhole() {
        return stopped == Stop.END;
    }
}
