package dev.keelson.gateway;

import dev.keelson.serving.openai.Choice;
import dev.keelson.serving.openai.CompletionRequest;
import dev.keelson.serving.openai.Continuation;
import dev.keelson.serving.openai.InvalidRequestException;
import dev.keelson.serving.openai.OpenAiRequests;
import dev.keelson.serving.openai.OpenAiResponses;
import dev.keelson.serving.openai.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A script for an engine that counts: token i says {@code [i]}. It offers that others go on with
 * its streams, and goes on with theirs.
 */
final class FollowableEngine {
    /** What happens once {@code said} of the tokens have been sent, finish_reason included. */
    interface Fate {
        void after(int said, CannedEngine.Call call) throws IOException, InterruptedException;
    }

    private FollowableEngine() {}

    static CannedEngine.Script healthy() {
        return script((said, call) -> {});
    }

    static CannedEngine.Script script(Fate fate) {
        return call -> {
            CompletionRequest asked = read(call.body());
            Continuation before = asked.options().continuation();
            int said = before == null ? 0 : before.tokenIds().size();
            String offer = Continuation.OFFER + ": words\r\n";
            call.startStream(
                    before == null ? offer : offer + Continuation.CONFIRM + ": " + said + "\r\n");
            String id = before == null ? "cmpl-" + call.engine().url() : before.id();
            var header = new OpenAiResponses.Header(id, 1, "tiny");
            int most = asked.maxTokens();
            if (said == most) {
                call.event(chunk(header, new Choice(0, "", "length", List.of())));
            }
            for (int i = said; i < most; i++) {
                String reason = i == most - 1 ? "length" : null;
                List<Integer> ids = asked.options().returnTokenIds() ? List.of(i) : null;
                call.event(chunk(header, new Choice(0, "[" + i + "]", reason, ids)));
                fate.after(i + 1, call);
            }
            if (asked.options().includeUsage()) {
                call.event(OpenAiResponses.completionChunk(header, List.of(), new Usage(1, most)));
            }
            call.done();
        };
    }

    private static byte[] chunk(OpenAiResponses.Header header, Choice choice) {
        return OpenAiResponses.completionChunk(header, List.of(choice), null);
    }

    private static CompletionRequest read(String body) throws IOException {
        try {
            return OpenAiRequests.completion(body.getBytes(StandardCharsets.UTF_8));
        } catch (InvalidRequestException e) {
            throw new IOException(e);
        }
    }
}
