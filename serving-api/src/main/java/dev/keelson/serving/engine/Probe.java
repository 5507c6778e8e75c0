package dev.keelson.serving.engine;

/**
 * A request of one token that only a living engine can answer.
 *
 * @param path path on the engine
 * @param body JSON body to POST
 */
public record Probe(String path, String body) {
    /**
     * Names the agent on probes and scrapes: an engine tells its agent's requests from user demand
     * by it.
     */
    public static final String AGENT_HEADER = "Keelson-Agent";

    /** The cheapest completion in the OpenAI API: a prompt of one word, one token out. */
    public static Probe completion(String servedModel) {
        return new Probe(
                "/v1/completions",
                "{\"model\":%s,\"prompt\":\"a\",\"max_tokens\":1,\"temperature\":0}"
                        .formatted(jsonString(servedModel)));
    }

    private static String jsonString(String text) {
        var json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 0x20) {
                json.append("\\u%04x".formatted((int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
