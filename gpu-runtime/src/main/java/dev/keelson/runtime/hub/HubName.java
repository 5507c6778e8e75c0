package dev.keelson.runtime.hub;

import java.util.regex.Pattern;

/**
 * A model of a hub, written {@code hf:ORGANISATION/NAME[@REVISION]}.
 *
 * @param revision a branch, a tag or a commit
 */
public record HubName(String organisation, String name, String revision) {
    /** How such names begin. */
    public static final String SCHEME = "hf:";

    private static final String PART = "[A-Za-z0-9_][A-Za-z0-9._-]{0,95}";
    private static final Pattern TEXT =
            Pattern.compile(
                    "hf:(" + PART + ")/(" + PART + ")(?:@(" + PART + "(?:/" + PART + "){0,3}))?");

    /**
     * Reads such a name; without a revision it is {@code main}.
     *
     * @throws IllegalArgumentException saying what was expected
     */
    public static HubName parse(String text) {
        var match = TEXT.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "a model of a hub is written hf:ORGANISATION/NAME[@REVISION], not " + text);
        }
        String revision = match.group(3);
        return new HubName(match.group(1), match.group(2), revision == null ? "main" : revision);
    }

    /** The hub's own name of it, {@code ORGANISATION/NAME}. */
    public String path() {
        return organisation + "/" + name;
    }

    @Override
    public String toString() {
        return SCHEME + path() + "@" + revision;
    }
}
