package dev.keelson.gateway.upstream;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Head of an engine's answer.
 *
 * @param headers by lower-case name
 */
public record UpstreamResponse(int status, Map<String, String> headers) {
    public @Nullable String header(String lowerCaseName) {
        return headers.get(lowerCaseName);
    }

    public boolean isEventStream() {
        String type = headers.get("content-type");
        return type != null && type.startsWith("text/event-stream");
    }
}
