package dev.keelson.gateway.serve;

import dev.keelson.gateway.upstream.UpstreamResponse;
import dev.keelson.serving.openai.ChunkScan;
import dev.keelson.serving.openai.Continuation;
import dev.keelson.serving.openai.Detokenization;
import dev.keelson.serving.openai.OpenAiRequest;
import dev.keelson.serving.openai.OpenAiResponses;
import dev.keelson.serving.openai.PromptContinuation;
import dev.keelson.serving.openai.SseReader;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What has been read of a stream's answer over all its attempts, so that another replica can go on
 * with it: by token ids, never by text tokenised again. An engine that offers {@link Continuation}
 * is followed so; one that tells its prompt's tokens by {@link PromptContinuation}. NOT
 * thread-safe: its request's thread's.
 */
final class AnswerSoFar {
    private static final String OFFER = Continuation.OFFER.toLowerCase(Locale.ROOT);
    private static final String CONFIRM = Continuation.CONFIRM.toLowerCase(Locale.ROOT);

    private final OpenAiRequest asked;
    private final int choices;
    private final boolean asksForIds;
    private int[] tokens = new int[32];
    private int count;
    private int told; // of them, whose text has come, at most
    private int unsure; // of these, the last ones that may be a part of a character
    private int finishes;
    private boolean complete = true;
    private boolean plain = true;
    private boolean counted;
    private @Nullable String tokenizer;
    private @Nullable String id;
    private long created;
    private byte @Nullable [] promptIds; // as the engine wrote them: most streams end well
    private @Nullable String unfit; // why the request cannot go on by a prompt
    private @Nullable PromptContinuation rest;

    /**
     * @param choices that must each have a finish_reason
     */
    AnswerSoFar(OpenAiRequest asked, int choices) {
        this.asked = asked;
        this.choices = choices;
        this.asksForIds =
                choices == 1 && asked.options().stream() && !asked.options().returnTokenIds();
    }

    /** The body for the next replica: the client's, or what asks for the rest of the answer. */
    byte[] body(byte[] original, boolean begun) {
        if (begun && tokenizer != null && id != null) {
            List<Integer> ids = Arrays.stream(tokens, 0, count).boxed().toList();
            return new Continuation(id, created, tokenizer, ids).addTo(original);
        }
        if (begun && isByPrompt()) {
            // What was not told yet is made anew: with the same text, or with another as good.
            count = told;
            rest = byPrompt();
            return rest.body(original);
        }
        return asksForIds ? Continuation.withTokenIds(original) : original;
    }

    /**
     * What the next replica is asked before it goes on: the text of tokens that came at once, of
     * which the last may be a part of a character. Null: nothing more need be known.
     */
    byte @Nullable [] question() {
        return isByPrompt() && unsure > 0
                ? Detokenization.request(asked.model(), tokens, told)
                : null;
    }

    /**
     * Takes the answer to {@link #question}.
     *
     * @return false if it is none
     */
    boolean settle(byte[] said) {
        String text = Detokenization.text(said);
        if (text == null) {
            return false;
        }
        if (Detokenization.endsWithinCharacter(text)) {
            told--;
            unsure--;
        } else {
            unsure = 0;
        }
        return true;
    }

    /** Where the next replica is asked. */
    String path(String original, boolean begun) {
        return begun && isByPrompt() ? CompletionService.COMPLETIONS : original;
    }

    /** What the next replica's events go through before they are events of this answer. */
    SseReader.Sink into(SseReader.Sink client) {
        return rest == null ? client : rest.into(client);
    }

    /** Nothing of the attempt reached the client: the next one begins anew. */
    void restart() {
        count = 0;
        told = 0;
        unsure = 0;
        finishes = 0;
        complete = true;
        plain = true;
        counted = false;
        tokenizer = null;
        id = null;
        promptIds = null;
        unfit = null;
    }

    /** Is this the head of what was asked for: a new stream, or exactly the rest of this one? */
    boolean accepts(UpstreamResponse head, boolean begun) {
        String offer = head.header(OFFER);
        if (!begun) {
            tokenizer = offer;
            return true;
        }
        if (isByPrompt()) {
            return offer == null; // an engine of another kind has tokens of its own
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
        if (promptIds == null && unfit == null && tokenizer == null && choices == 1) {
            prompt(scan.promptTokenIds());
        }
        counted |= isFinished() && scan.completionTokens() >= 0;
        int before = count;
        scan.forEachTokenId(this::add);
        if (scan.hasText()) {
            complete &= count > before;
            plain &= !scan.hasAside();
            told = count;
            unsure = Math.max(0, count - before - 1);
        }
        finishes += scan.finishes();
    }

    // Kept only where it may be needed: a long prompt's have the size of its text.
    private void prompt(byte @Nullable [] ids) {
        if (ids != null) {
            unfit = PromptContinuation.obstacle(asked);
            promptIds = unfit == null ? ids : null;
        }
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

    /** Can another replica go on with it? */
    boolean isContinuable() {
        return obstacle() == null;
    }

    /** Does it go on by a prompt, since its engine does not offer more? */
    boolean isByPrompt() {
        return promptIds != null;
    }

    /** Why no other replica can go on with it; null if one can. */
    @Nullable String obstacle() {
        if (choices != 1) {
            return "it has several choices";
        }
        if (count == 0 || !complete || id == null) {
            return "its engine does not tell all its tokens";
        }
        return tokenizer != null ? null : obstacleByPrompt();
    }

    private @Nullable String obstacleByPrompt() {
        if (unfit != null) {
            return unfit;
        }
        if (promptIds == null) {
            return "its engine does not tell its prompt's tokens";
        }
        if (!plain) {
            return "it has reasoning or tool calls";
        }
        if (told < 1 || (told < count && asked.options().returnTokenIds())) {
            return "the text of its last tokens has yet to come";
        }
        return told < PromptContinuation.most(asked) ? null : "it has all its tokens";
    }

    /** Did the client ask for the usage, and has not got it? */
    boolean lacksUsage() {
        return asked.options().includeUsage() && !counted;
    }

    /** The chunk with the usage of a finished answer; null where not all tokens are known. */
    byte @Nullable [] usage() {
        return isByPrompt() && complete ? byPrompt().usage() : null;
    }

    private PromptContinuation byPrompt() {
        if (promptIds == null || id == null) {
            throw new IllegalStateException("It does not go on by a prompt.");
        }
        return new PromptContinuation(
                asked,
                new OpenAiResponses.Header(id, created, asked.model()),
                ChunkScan.tokenIds(promptIds),
                Arrays.copyOf(tokens, count));
    }

    /** Tokens whose ids are known. */
    int tokens() {
        return count;
    }
}
