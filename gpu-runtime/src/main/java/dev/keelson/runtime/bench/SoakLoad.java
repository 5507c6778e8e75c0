package dev.keelson.runtime.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Clients of an engine, each of which asks, waits and asks again: whole answers and streams, some
 * with several choices, seeds or stop strings, on the model and its adapters; clients that leave;
 * requests that are wrong; and others that load adapters, use them and unload them. {@link
 * #quiet()} holds them all between two requests.
 */
final class SoakLoad {
    private static final int CLIENTS = 10;
    private static final int CHURNERS = 2;
    private static final double MEAN_PAUSE_MILLIS = 400;
    private static final int TOO_LONG_WORDS = 3_000;
    private static final int TOO_LARGE_BYTES = 9 << 20;
    private static final String COMPLETIONS = "/v1/completions";
    private static final String CHAT = "/v1/chat/completions";
    private static final String[] WORDS = {
        "the", "river", "keeps", "a", "quiet", "mill", "and", "naïve", "lights", "of", "Zürich",
        "answer", "slowly", "東京", "when", "rain", "falls", "on", "open", "fields"
    };

    private final SoakClient client;
    private final SoakTally tally;
    private final List<String> models;
    private final List<Path> folders;
    private final ReadWriteLock gate = new ReentrantReadWriteLock(true);
    private final List<Thread> threads = new ArrayList<>();

    @FunctionalInterface
    private interface Turn {
        void take(Random random) throws IOException, InterruptedException;
    }

    /**
     * @param models names of the model and of adapters that stay
     * @param folders of adapters to load under other names
     */
    SoakLoad(SoakClient client, SoakTally tally, List<String> models, List<Path> folders) {
        this.client = client;
        this.tally = tally;
        this.models = List.copyOf(models);
        this.folders = List.copyOf(folders);
    }

    void start(long seed) {
        for (int i = 0; i < CLIENTS + CHURNERS; i++) {
            var random = new Random(seed + i);
            Turn turn = i < CLIENTS ? this::ask : this::churn;
            threads.add(Thread.ofVirtual().name("soak-" + i).start(() -> repeat(turn, random)));
        }
    }

    /** Waits until every client is between two requests and holds them there. */
    void quiet() {
        gate.writeLock().lock();
    }

    /**
     * Asks the model and each adapter that stays, in order, while the clients are held: which
     * adapters lie in memory and in slots does not hang on who asked last.
     */
    void settle() throws IOException, InterruptedException {
        for (String model : models) {
            client.expectAnswer(COMPLETIONS, body(model, "the river", 1, ""));
        }
    }

    /** Lets them go on. */
    void resume() {
        gate.writeLock().unlock();
    }

    /** Ends every client. */
    void stop() throws InterruptedException {
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void repeat(Turn turn, Random random) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                gate.readLock().lockInterruptibly();
                try {
                    turn.take(random);
                } catch (IOException e) {
                    // Who is told to stop in mid-request finds its socket closed.
                    if (!Thread.currentThread().isInterrupted()) {
                        tally.broken(e.toString());
                    }
                } finally {
                    gate.readLock().unlock();
                }
                double pause = -Math.log(1 - random.nextDouble()) * MEAN_PAUSE_MILLIS;
                TimeUnit.MILLISECONDS.sleep((long) pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask(Random random) throws IOException, InterruptedException {
        String model = models.get(random.nextInt(models.size()));
        int kind = random.nextInt(200);
        if (kind < 50) {
            client.expectAnswer(COMPLETIONS, completion(model, random, ""));
        } else if (kind < 90) {
            client.expectAnswer(COMPLETIONS, completion(model, random, ",\"stream\":true"));
        } else if (kind < 115) {
            client.expectAnswer(CHAT, chat(model, random));
        } else if (kind < 130) {
            client.expectAnswer(COMPLETIONS, completion(model, random, choices(random)));
        } else if (kind < 145) {
            String stops = ",\"stream\":true,\"stop\":[\". \",\"th\",\"é\"]";
            client.expectAnswer(COMPLETIONS, completion(model, random, stops));
        } else if (kind < 170) {
            String stream = completion(model, random, ",\"stream\":true");
            client.leave(COMPLETIONS, stream, 1 + random.nextInt(12), random.nextBoolean());
        } else if (kind < 178) {
            client.leave(COMPLETIONS, completion(model, random, ""), 0, random.nextBoolean());
        } else {
            mistake(model, kind, random);
        }
    }

    private void mistake(String model, int kind, Random random)
            throws IOException, InterruptedException {
        if (kind < 188) {
            String body = body(model, words(random, TOO_LONG_WORDS), 16, "");
            client.expectRefusal(COMPLETIONS, body, 400, code("context_length_exceeded"));
        } else if (kind < 193) {
            String body = completion("nobody", random, "");
            client.expectRefusal(COMPLETIONS, body, 404, code("model_not_found"));
        } else if (kind < 199) {
            String body = completion(model, random, ",\"temperature\":-3");
            client.expectRefusal(COMPLETIONS, body, 400, "\"param\":\"temperature\"");
        } else {
            String body = body(model, "x".repeat(TOO_LARGE_BYTES), 16, "");
            client.expectRefusal(COMPLETIONS, body, 413, code("request_too_large"));
        }
    }

    /**
     * Loads an adapter, asks it, unloads it, at times while a client that left is still answered,
     * and asks it in vain.
     */
    private void churn(Random random) throws IOException, InterruptedException {
        String name = "churn-" + Long.toHexString(random.nextLong());
        String folder = folders.get(random.nextInt(folders.size())).toString();
        client.expectAnswer(
                "/v1/load_lora_adapter",
                "{\"lora_name\":\"%s\",\"lora_path\":\"%s\"}".formatted(name, folder));
        client.expectAnswer(COMPLETIONS, completion(name, random, ",\"stream\":true"));
        if (random.nextBoolean()) {
            client.leave(COMPLETIONS, completion(name, random, ",\"stream\":true"), 1, true);
        } else {
            client.expectAnswer(COMPLETIONS, completion(name, random, ""));
        }
        client.expectAnswer("/v1/unload_lora_adapter", "{\"lora_name\":\"%s\"}".formatted(name));
        client.expectRefusal(
                COMPLETIONS, completion(name, random, ""), 404, code("model_not_found"));
    }

    private static String code(String code) {
        return "\"code\":\"" + code + "\"";
    }

    private static String choices(Random random) {
        return ",\"n\":%d,\"stream\":%b".formatted(2 + random.nextInt(3), random.nextBoolean());
    }

    private static String completion(String model, Random random, String fields) {
        String sampled =
                random.nextBoolean()
                        ? fields
                        : fields + ",\"top_p\":0.9,\"seed\":" + random.nextInt(1_000);
        // Few openings, so that prompts find what lies in the cache.
        String opening = words(new Random(random.nextInt(8)), 40);
        String prompt = opening + words(random, 1 + random.nextInt(80));
        return body(model, prompt, 8 + random.nextInt(120), sampled);
    }

    private static String body(String model, String prompt, int tokens, String fields) {
        return "{\"model\":\"%s\",\"prompt\":\"%s\",\"max_tokens\":%d%s}"
                .formatted(model, prompt, tokens, fields);
    }

    private static String chat(String model, Random random) {
        return "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}],\"max_tokens\":%d,\"stream\":%b}"
                .formatted(
                        model,
                        words(random, 1 + random.nextInt(60)),
                        8 + random.nextInt(120),
                        random.nextBoolean());
    }

    private static String words(Random random, int count) {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        return text.toString();
    }
}
