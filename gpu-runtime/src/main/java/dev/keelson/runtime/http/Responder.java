package dev.keelson.runtime.http;

import com.sun.net.httpserver.HttpExchange;
import dev.keelson.runtime.engine.Adapter;
import dev.keelson.runtime.engine.Engine;
import dev.keelson.runtime.engine.FinishReason;
import dev.keelson.runtime.http.Generation.Event;
import dev.keelson.runtime.tokenizer.BpeTokenizer;
import dev.keelson.serving.openai.Choice;
import dev.keelson.serving.openai.Continuation;
import dev.keelson.serving.openai.OpenAiError;
import dev.keelson.serving.openai.OpenAiResponses;
import dev.keelson.serving.openai.ServerSentEvents;
import dev.keelson.serving.openai.TokenLogprob;
import dev.keelson.serving.openai.Usage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers one job, whole or as a stream. A stream that breaks cancels the job: its blocks are free
 * before the next step.
 */
final class Responder {
    private static final OpenAiError FAILED =
            OpenAiError.server(
                    500, "engine_error", "The engine failed while it worked on this request.");
    private static final OpenAiError DRAINED =
            OpenAiError.server(
                    503,
                    "drain_deadline",
                    "The engine ends, and this answer was not ready by then.");
    private static final long POLL_MILLIS = 60_000;

    private final Engine engine;
    private final ServedModel model;

    Responder(Engine engine, ServedModel model) {
        this.engine = engine;
        this.model = model;
    }

    void answer(HttpExchange exchange, Job job, @Nullable Adapter adapter)
            throws IOException, InterruptedException {
        Continuation continuation = job.options().continuation();
        long created = continuation == null ? model.created() : continuation.created();
        var header = new OpenAiResponses.Header(job.id(), created, job.model());
        try (var generation = new Generation(engine, job, adapter)) {
            if (job.options().stream()) {
                stream(exchange, job, header, generation);
            } else {
                whole(exchange, job, header, generation);
            }
        }
    }

    private void whole(
            HttpExchange exchange, Job job, OpenAiResponses.Header header, Generation generation)
            throws IOException, InterruptedException {
        List<ChoiceState> states = states(job);
        while (generation.isOpen()) {
            Event event = generation.next(POLL_MILLIS);
            if (event == null) {
                continue;
            }
            if (isFailure(event)) {
                Exchanges.error(exchange, failure(event));
                return;
            }
            states.get(event.choice()).add(event);
        }
        List<Choice> choices = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            ChoiceState s = states.get(i);
            choices.add(
                    new Choice(
                            i,
                            s.text.toString(),
                            s.reason,
                            job.options().returnTokenIds() ? s.tokens : null,
                            job.options().topLogprobs() < 0 ? null : s.logprobs,
                            s.echoed));
        }
        Usage usage = usage(job, states, generation);
        Exchanges.json(
                exchange,
                200,
                job.chat()
                        ? OpenAiResponses.chat(header, choices, usage)
                        : OpenAiResponses.completion(header, choices, usage));
    }

    private void stream(
            HttpExchange exchange, Job job, OpenAiResponses.Header header, Generation generation)
            throws IOException, InterruptedException {
        List<ChoiceState> states = states(job);
        OutputStream out = null;
        while (generation.isOpen()) {
            Event event = generation.next(POLL_MILLIS);
            if (event == null) {
                continue;
            }
            if (isFailure(event)) {
                if (out == null) {
                    Exchanges.error(exchange, failure(event));
                } else {
                    send(out, ServerSentEvents.event(failure(event).toJson()));
                    out.close();
                }
                return;
            }
            if (out == null) {
                out = open(exchange, job, header);
            }
            ChoiceState state = states.get(event.choice());
            int offset = state.offset;
            int known = state.logprobs.size();
            String text = state.add(event);
            List<Integer> ids = job.options().returnTokenIds() ? event.tokens() : null;
            send(
                    out,
                    chunk(
                            job,
                            header,
                            List.of(
                                    new Choice(
                                            event.choice(),
                                            text,
                                            state.reason,
                                            ids,
                                            state.logprobsFrom(known),
                                            offset)),
                            null));
        }
        if (out != null) {
            if (job.options().includeUsage()) {
                send(out, chunk(job, header, List.of(), usage(job, states, generation)));
            }
            send(out, ServerSentEvents.done());
            out.close();
        }
    }

    private OutputStream open(HttpExchange exchange, Job job, OpenAiResponses.Header header)
            throws IOException {
        if (job.isContinuable()) {
            exchange.getResponseHeaders().set(Continuation.OFFER, model.tokenizerId());
        }
        int resumed = job.resumed().length;
        if (resumed > 0) {
            exchange.getResponseHeaders().set(Continuation.CONFIRM, Integer.toString(resumed));
        }
        exchange.getResponseHeaders().set("Content-Type", ServerSentEvents.MEDIA_TYPE);
        exchange.getResponseHeaders().set("Cache-Control", "no-cache");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        boolean first = job.chat() && resumed == 0;
        for (int choice = 0; first && choice < job.prompts().size(); choice++) {
            out.write(ServerSentEvents.event(OpenAiResponses.chatRoleChunk(header, choice)));
        }
        return out;
    }

    private static byte[] chunk(
            Job job, OpenAiResponses.Header header, List<Choice> choices, @Nullable Usage usage) {
        return ServerSentEvents.event(
                job.chat()
                        ? OpenAiResponses.chatChunk(header, choices, usage)
                        : OpenAiResponses.completionChunk(header, choices, usage));
    }

    private static void send(OutputStream out, byte[] event) throws IOException {
        out.write(event);
        out.flush();
    }

    private static boolean isFailure(Event event) {
        return event.last() == FinishReason.ERROR
                || event.last() == FinishReason.ABORT
                || event.last() == FinishReason.EXPIRED
                || event.last() == FinishReason.DRAINED;
    }

    private static OpenAiError failure(Event event) {
        if (event.last() == FinishReason.DRAINED) {
            return DRAINED;
        }
        return event.last() == FinishReason.EXPIRED ? Admission.TOO_LATE : FAILED;
    }

    private static Usage usage(Job job, List<ChoiceState> states, Generation generation) {
        int prompt = job.promptTokens();
        return new Usage(
                prompt,
                states.stream().mapToInt(s -> s.tokens.size()).sum(),
                // Of a continued answer some of its own tokens may be found too.
                Math.min(prompt, generation.cachedTokens()));
    }

    private List<ChoiceState> states(Job job) {
        List<ChoiceState> states = new ArrayList<>();
        for (String echo : job.echoes()) {
            var answer = new AnswerText(model.tokenizer(), job.stops());
            var state = new ChoiceState(answer, model.tokenizer(), echo);
            state.resume(job.resumed());
            states.add(state);
        }
        return states;
    }

    private static final class ChoiceState {
        private final AnswerText answer;
        private final StringBuilder text = new StringBuilder();
        private final List<Integer> tokens = new ArrayList<>();
        private final List<TokenLogprob> logprobs = new ArrayList<>();
        private final BpeTokenizer tokenizer;
        private final int echoed;
        private int offset;
        private String pendingEcho;
        private @Nullable String reason;

        ChoiceState(AnswerText answer, BpeTokenizer tokenizer, String echo) {
            this.answer = answer;
            this.tokenizer = tokenizer;
            pendingEcho = echo;
            echoed = echo.length();
            offset = echoed;
        }

        /** Those that came after the first {@code known}; null if none did. */
        @Nullable List<TokenLogprob> logprobsFrom(int known) {
            return logprobs.size() == known
                    ? null
                    : List.copyOf(logprobs.subList(known, logprobs.size()));
        }

        /** Takes in what another engine has said already: the client has its text. */
        void resume(int[] said) {
            for (int token : said) {
                tokens.add(token);
                answer.add(token, false);
                pendingEcho = "";
            }
        }

        String add(Event event) {
            tokens.addAll(event.tokens());
            String said =
                    event.token() < 0
                            ? answer.end()
                            : answer.add(event.token(), event.last() != null);
            String more = pendingEcho + said;
            pendingEcho = "";
            text.append(more);
            if (event.logprobs() != null) {
                TokenLogprob logprob = LogprobTexts.of(event.token(), event.logprobs(), tokenizer);
                logprobs.add(logprob);
                offset += logprob.token().length();
            }
            reason = event.last() == null ? null : event.last().wire();
            return more;
        }
    }
}
