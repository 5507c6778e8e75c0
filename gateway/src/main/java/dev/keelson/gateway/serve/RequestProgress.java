package dev.keelson.gateway.serve;

import dev.keelson.gateway.http.HttpExchange;
import dev.keelson.gateway.route.Ticket;
import dev.keelson.protocol.v1.Completion;
import dev.keelson.serving.openai.OpenAiRequest;

/**
 * One request on its way: what was asked and what has been sent of the answer. NOT thread-safe: its
 * own thread's.
 */
final class RequestProgress {
    private final String id;
    private final HttpExchange exchange;
    private final OpenAiRequest asked;
    private final Ticket ticket;
    private final AnswerSoFar answer;
    private final long arrivedNanos;
    private int attempts;
    private int places;
    private String replica = "";
    private int promptTokens;
    private int usageTokens;
    private int textEvents;
    private long firstTokenNanos;
    private long lastTokenNanos;

    RequestProgress(
            String id,
            HttpExchange exchange,
            OpenAiRequest asked,
            Ticket ticket,
            int choices,
            long arrivedNanos) {
        this.id = id;
        this.exchange = exchange;
        this.asked = asked;
        this.ticket = ticket;
        this.answer = new AnswerSoFar(asked, choices);
        this.arrivedNanos = arrivedNanos;
    }

    String id() {
        return id;
    }

    HttpExchange exchange() {
        return exchange;
    }

    OpenAiRequest asked() {
        return asked;
    }

    Ticket ticket() {
        return ticket;
    }

    /** What has been read of the answer. */
    AnswerSoFar answer() {
        return answer;
    }

    /** Has the client a part of the answer? Then it can only be continued. */
    boolean hasBegun() {
        return exchange.isStarted();
    }

    /** Where the next replica is asked. */
    String path() {
        return answer.path(exchange.request().path(), hasBegun());
    }

    /** What the next replica is asked. */
    byte[] body() {
        return answer.body(exchange.request().body(), hasBegun());
    }

    /** Attempts that count. */
    int attempts() {
        return attempts;
    }

    void tried(String on) {
        attempts++;
        places++;
        replica = on;
    }

    /** Replicas that were asked, those aside that had no room in time. */
    int places() {
        return places;
    }

    /** The last replica had no room in time: neither attempt nor place. */
    void hadNoRoom() {
        attempts--;
        places--;
    }

    /** The last attempt does not count after all. */
    void notTried() {
        attempts--;
    }

    /** Text came at this time. */
    void token(long nowNanos) {
        if (textEvents == 0) {
            firstTokenNanos = nowNanos;
        }
        textEvents++;
        lastTokenNanos = nowNanos;
    }

    /** The engine's own count, -1 where it gave none. */
    void usage(int prompt, int completion) {
        if (prompt >= 0) {
            promptTokens = prompt;
        }
        if (completion >= 0) {
            usageTokens = completion;
        }
    }

    /** As the engine counted them; the guess where it did not. */
    int promptTokensOr(int guess) {
        return promptTokens > 0 ? promptTokens : guess;
    }

    int outputTokens() {
        return Math.max(usageTokens, Math.max(answer.tokens(), textEvents));
    }

    boolean hasTokens() {
        return textEvents > 0;
    }

    /** Seconds from arrival to the first token; only with tokens. */
    double firstTokenSeconds() {
        return (firstTokenNanos - arrivedNanos) / 1e9;
    }

    /** Mean seconds from token to token; 0 below two tokens. */
    double tokenSeconds() {
        int tokens = outputTokens();
        return tokens < 2 || lastTokenNanos == firstTokenNanos
                ? 0
                : (lastTokenNanos - firstTokenNanos) / 1e9 / (tokens - 1);
    }

    Completion completion(Outcome outcome, long nowNanos) {
        Completion.Builder record =
                Completion.newBuilder()
                        .setOutcome(outcome.kind())
                        .setStatus(outcome.status())
                        .setAttempts(attempts)
                        .setPromptTokens(promptTokens)
                        .setOutputTokens(outputTokens())
                        .setE2ESeconds((nowNanos - arrivedNanos) / 1e9)
                        .setReplica(replica)
                        .setErrorType(outcome.errorType());
        if (hasTokens()) {
            record.setTtftSeconds(firstTokenSeconds());
        }
        if (tokenSeconds() > 0) {
            record.setTpotSeconds(tokenSeconds());
        }
        return record.build();
    }
}
