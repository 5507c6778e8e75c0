package dev.keelson.runtime;

import dev.keelson.runtime.djl.LlamaDecoder;
import dev.keelson.runtime.engine.Engine;
import dev.keelson.runtime.engine.EngineKnobs;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.FinishReason;
import dev.keelson.runtime.engine.SamplingParameters;
import dev.keelson.runtime.engine.Token;
import dev.keelson.runtime.engine.TokenSink;
import dev.keelson.runtime.http.EngineMetrics;
import dev.keelson.runtime.tokenizer.IntList;
import dev.keelson.runtime.train.Corpus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prints 20 completions of the first words of held-out documents, as Markdown: {@code MODEL_DIR
 * [SEED]}.
 */
public final class SamplesMain {
    private static final int SAMPLES = 20;
    private static final Pattern BEGINNING = Pattern.compile("(?:\\S+\\s+){8}\\S+");

    private SamplesMain() {}

    /** Exit code 2 without a model folder. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 1) {
            System.err.println("samples: MODEL_DIR [SEED]");
            System.exit(2);
        }
        System.setProperty("logback.configurationFile", "engine-logback.xml");
        LoadedModel model = LoadedModel.read(Path.of(arguments[0]));
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 7;
        var limits = new EngineLimits(SAMPLES, 256, 16, 512, 512);
        List<String> documents = Corpus.build(seed, 0).heldOut();
        try (var decoder = new LlamaDecoder(model.weights(), limits)) {
            var engine =
                    new Engine(
                            decoder,
                            limits,
                            EngineKnobs.of(limits),
                            model.tokenizer()::bytes,
                            model.endTokens(),
                            System::nanoTime,
                            LockSupport::parkNanos,
                            new EngineMetrics("samples"));
            for (int i = 0; i < SAMPLES; i++) {
                System.out.printf(
                        "%d. %s%n",
                        i + 1,
                        sample(model, engine, documents.get(i * documents.size() / SAMPLES), i));
            }
        }
    }

    private static String sample(LoadedModel model, Engine engine, String document, int seed) {
        Matcher beginning = BEGINNING.matcher(document);
        String prompt = beginning.lookingAt() ? beginning.group() : document;
        var tokens = new IntList(64);
        tokens.addAll(model.tokenizer().begin());
        tokens.addAll(model.tokenizer().encode(prompt));
        var answer = new IntList(64);
        var parameters = new SamplingParameters(60, 0.7, 0.95, 0, seed, List.of(), false);
        engine.submit(
                tokens.toArray(),
                parameters,
                new TokenSink() {
                    @Override
                    public void token(Token token) {
                        answer.add(token.id());
                    }

                    @Override
                    public void ended(FinishReason reason) {}
                });
        while (engine.step()) {
            // Each step is one token; nothing else is to be done meanwhile.
        }
        String text = "**" + prompt + "**" + model.tokenizer().decode(answer.toArray());
        return text.replace("\n", " / ");
    }
}
