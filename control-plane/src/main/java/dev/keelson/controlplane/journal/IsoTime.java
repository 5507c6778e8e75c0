package dev.keelson.controlplane.journal;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as JSON shows them: ISO-8601 UTC with milliseconds. */
public final class IsoTime {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private IsoTime() {}

    public static String of(Instant at) {
        return FORMAT.format(at);
    }
}
