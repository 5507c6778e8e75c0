package dev.keelson.gateway.serve;

import dev.keelson.gateway.upstream.UpstreamResponse;
import dev.keelson.serving.openai.ChunkScan;
import dev.keelson.serving.openai.Continuation;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What has been read of a stream's answer over all its attempts, so that another replica can go on
 * with it: by token ids, never by text tokenised again. NOT thread-safe: its request's thread's.
 */
final class AnswerSoFar {
    private static final String OFFER = Continuation.OFFER.toLowerCase(Locale.ROOT);
    private static final String CONFIRM = Continuation.CONFIRM.toLowerCase(Locale.ROOT);

    private final int choices;
    private final boolean asksForIds;
    private int[] tokens = new int[32];
    private int count;
    private int finishes;
    private boolean complete = true;
    private @Nullable String tokenizer;
    private @Nullable String id;
    private long created;

    /**
     * @param choices that must each have a finish_reason
     * @param asksForIds the gateway asks for token ids on its own account and keeps them to itself
     */
    AnswerSoFar(int choices, boolean asksForIds) {
        this.choices = choices;
        this.asksForIds = asksForIds;
    }

    /** The body for the next replica: the client's, or that and the answer so far. */
    byte[] body(byte[] original, boolean begun) {
        if (begun && tokenizer != null && id != null) {
            return new Continuation(id, created, tokenizer, ids()).addTo(original);
        }
        return asksForIds ? Continuation.withTokenIds(original) : original;
    }

    /** Nothing of the attempt reached the client: the next one begins anew. */
    void restart() {
        count = 0;
        finishes = 0;
        complete = true;
        tokenizer = null;
        id = null;
    }

    /** Is this the head of what was asked for: a new stream, or exactly the rest of this one? */
    boolean accepts(UpstreamResponse head, boolean begun) {
        String offer = head.header(OFFER);
        if (!begun) {
            tokenizer = offer;
            return true;
        }
        return offer != null
                && offer.equals(tokenizer)
                && Integer.toString(count).equals(head.header(CONFIRM));
    }

    /** Takes in one chunk. */
    void read(ChunkScan scan) {
        if (id == null) {
            id = scan.id();
            created = scan.created();
        }
        int before = count;
        scan.forEachTokenId(this::add);
        complete &= count > before || !scan.hasText();
        finishes += scan.finishes();
    }

    private void add(int token) {
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * count);
        }
        tokens[count++] = token;
    }

    /** Has every choice its finish_reason? */
    boolean isFinished() {
        return finishes >= choices;
    }

    /** Must token ids be taken out before the client sees the chunk? */
    boolean hidesIds() {
        return asksForIds;
    }

    /** Is every token known, from an engine that says that it can be followed? */
    boolean isContinuable() {
        return choices == 1 && complete && count > 0 && tokenizer != null && id != null;
    }

    /** Tokens whose ids are known. */
    int tokens() {
        return count;
    }

    private java.util.List<Integer> ids() {
        return Arrays.stream(tokens, 0, count).boxed().toList();
    }
}
