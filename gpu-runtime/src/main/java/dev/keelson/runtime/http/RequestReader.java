package dev.keelson.runtime.http;

import dev.keelson.runtime.chat.ChatFormat;
import dev.keelson.runtime.engine.Penalties;
import dev.keelson.runtime.engine.SamplingParameters;
import dev.keelson.runtime.jinja.TemplateException;
import dev.keelson.serving.openai.ChatRequest;
import dev.keelson.serving.openai.CompletionRequest;
import dev.keelson.serving.openai.Continuation;
import dev.keelson.serving.openai.GenerationOptions;
import dev.keelson.serving.openai.InvalidRequestException;
import dev.keelson.serving.openai.OpenAiError;
import dev.keelson.serving.openai.OpenAiRequests;
import dev.keelson.serving.openai.Prompt;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Turns a body into a {@link Job}, or says what is wrong with it. Thread-safe. */
final class RequestReader {
    private static final int MOST_CHOICES = 64;

    private final ServedModel model;
    private final InstantSource clock;
    private final AtomicLong requests = new AtomicLong();

    RequestReader(ServedModel model, InstantSource clock) {
        this.model = model;
        this.clock = clock;
    }

    Job completion(byte[] body, long withinNanos) throws InvalidRequestException {
        CompletionRequest request = OpenAiRequests.completion(body);
        checkModel(request.model());
        List<int[]> prompts = new ArrayList<>();
        List<String> echoes = new ArrayList<>();
        for (Prompt prompt : request.prompts()) {
            int[] tokens = tokens(prompt, request.maxTokens());
            String echo = "";
            if (request.echo()) {
                echo =
                        prompt instanceof Prompt.Text text
                                ? text.text()
                                : model.tokenizer().decode(tokens);
            }
            for (int n = 0; n < request.options().n(); n++) {
                prompts.add(tokens);
                echoes.add(echo);
            }
        }
        return job(
                "cmpl-",
                false,
                prompts,
                echoes,
                request.maxTokens(),
                withinNanos,
                request.model(),
                request.options());
    }

    Job chat(byte[] body, long withinNanos) throws InvalidRequestException {
        ChatRequest request = OpenAiRequests.chat(body);
        checkModel(request.model());
        Integer given = request.options().maxTokens();
        int[] prompt = conversation(request, given == null ? 1 : given);
        int most = given == null ? model.maxModelTokens() - prompt.length : given;
        List<int[]> prompts = new ArrayList<>();
        List<String> echoes = new ArrayList<>();
        for (int n = 0; n < request.options().n(); n++) {
            prompts.add(prompt);
            echoes.add("");
        }
        return job(
                "chatcmpl-",
                true,
                prompts,
                echoes,
                most,
                withinNanos,
                request.model(),
                request.options());
    }

    private Job job(
            String prefix,
            boolean chat,
            List<int[]> prompts,
            List<String> echoes,
            int maxTokens,
            long withinNanos,
            String name,
            GenerationOptions options)
            throws InvalidRequestException {
        if (prompts.size() > MOST_CHOICES) {
            throw invalid(
                    "prompts times n is "
                            + prompts.size()
                            + "; at most "
                            + MOST_CHOICES
                            + " are served at once.",
                    "n");
        }
        checkContinuation(options, prompts.size(), maxTokens);
        long number = requests.incrementAndGet();
        Long given = options.seed();
        long seed = given == null ? model.seed() * 1_000_003 + number : given;
        List<String> stops = new ArrayList<>(options.stop());
        if (chat && model.chat() != null && !options.ignoreEos()) {
            stops.addAll(model.chat().stops());
        }
        List<SamplingParameters> parameters = new ArrayList<>();
        for (int choice = 0; choice < prompts.size(); choice++) {
            parameters.add(
                    new SamplingParameters(
                            maxTokens,
                            options.temperature(),
                            options.topP(),
                            Math.max(0, options.topK()),
                            options.minP(),
                            new Penalties(
                                    options.presencePenalty(),
                                    options.frequencyPenalty(),
                                    options.repetitionPenalty()),
                            seed + choice,
                            stops,
                            options.ignoreEos(),
                            options.topLogprobs()));
        }
        Continuation continuation = options.continuation();
        return new Job(
                continuation != null
                        ? continuation.id()
                        : prefix + Long.toHexString(model.created()) + "-" + number,
                chat,
                prompts,
                parameters,
                echoes,
                withinNanos,
                name,
                options);
    }

    private void checkModel(String name) throws InvalidRequestException {
        if (!model.adapters().knows(name)) {
            throw new InvalidRequestException(OpenAiError.modelNotFound(name));
        }
    }

    private void checkContinuation(GenerationOptions options, int choices, int maxTokens)
            throws InvalidRequestException {
        Continuation continuation = options.continuation();
        if (continuation == null) {
            return;
        }
        if (choices != 1 || !options.stream()) {
            throw invalid("Only a stream with one choice can be continued.", "continuation");
        }
        if (!continuation.tokenizer().equals(model.tokenizerId())) {
            throw invalid(
                    "'continuation' holds tokens of another tokenizer than this engine's.",
                    "continuation");
        }
        if (continuation.tokenIds().size() > maxTokens) {
            throw invalid("'continuation' is longer than max_tokens.", "continuation");
        }
        check(continuation.tokenIds(), "continuation");
    }

    private int[] tokens(Prompt prompt, int maxTokens) throws InvalidRequestException {
        int[] tokens =
                switch (prompt) {
                    case Prompt.Text text -> encode(text.text());
                    case Prompt.Tokens ids -> check(ids.ids(), "prompt");
                };
        if (tokens.length == 0) {
            throw invalid("'prompt' is empty.", "prompt");
        }
        return fitting("prompt", maxTokens, tokens);
    }

    private int[] conversation(ChatRequest request, int maxTokens) throws InvalidRequestException {
        ChatFormat chat = model.chat();
        if (chat == null) {
            throw invalid(
                    "This model has no chat template; use /v1/completions instead.", "messages");
        }
        try {
            String text = chat.render(request.messages(), model.tokenizer(), clock);
            refuseHopeless(text, "messages");
            return fitting("messages", maxTokens, model.tokenizer().encodeTemplate(text));
        } catch (TemplateException e) {
            throw invalid(
                    "The model's chat template refuses this conversation: " + e.getMessage(),
                    "messages");
        }
    }

    private int[] fitting(String field, int maxTokens, int... tokens)
            throws InvalidRequestException {
        if (tokens.length >= model.maxModelTokens()) {
            throw tooLong(tokens.length + " tokens", field);
        }
        if ((long) tokens.length + maxTokens > model.maxModelTokens()) {
            throw tooLong(tokens.length + " tokens and asks for " + maxTokens, "max_tokens");
        }
        return tokens;
    }

    private int[] encode(String text) throws InvalidRequestException {
        refuseHopeless(text, "prompt");
        int[] begin = model.tokenizer().begin();
        int[] tokens = model.tokenizer().encode(text);
        int[] joined = Arrays.copyOf(begin, begin.length + tokens.length);
        System.arraycopy(tokens, 0, joined, begin.length, tokens.length);
        return joined;
    }

    /** Text so long that no tokenisation fits is refused before time is spent on it. */
    private void refuseHopeless(String text, String field) throws InvalidRequestException {
        if (text.length() / model.tokenizer().longestTokenBytes() > model.maxModelTokens()) {
            throw tooLong(text.length() + " characters", field);
        }
    }

    private int[] check(List<Integer> ids, String field) throws InvalidRequestException {
        for (int id : ids) {
            if (id >= model.tokenizer().size()) {
                throw invalid(
                        "'"
                                + field
                                + "' holds token "
                                + id
                                + "; the vocabulary has "
                                + model.tokenizer().size()
                                + ".",
                        field);
            }
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    private InvalidRequestException tooLong(String prompt, String field) {
        return new InvalidRequestException(
                new OpenAiError(
                        400,
                        "This model's context is "
                                + model.maxModelTokens()
                                + " tokens; the prompt has "
                                + prompt
                                + ". Shorten the prompt or lower max_tokens.",
                        "invalid_request_error",
                        field,
                        "context_length_exceeded"));
    }

    private static InvalidRequestException invalid(String message, String param) {
        return new InvalidRequestException(OpenAiError.invalid(message, param));
    }
}
