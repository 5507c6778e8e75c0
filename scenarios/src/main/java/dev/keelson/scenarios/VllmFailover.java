package dev.keelson.scenarios;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.scenarios.OpenStreams.Asked;
import dev.keelson.scenarios.OpenStreams.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * {@code keelson bench vllm-failover}: two servers of vLLM behind one gateway; in each round a
 * process of one, or all of them, are killed while all streams are open. A quarter asks for what
 * cannot go on exactly; the others may go on in the other server. Half of all are greedy and
 * compared with an undisturbed run, as undisturbed runs are with each other: vLLM's sums depend on
 * what else is in the batch. A quarter is sampled and tells its tokens: they must be as many as
 * asked for, and their text the one that came.
 */
public final class VllmFailover {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int STREAMS = 16;
    private static final int TOKENS = 96;
    private static final Duration GATEWAY_STARTS_WITHIN = Duration.ofMinutes(1);
    private static final List<String> PROMPTS =
            List.of(
                    "The captain of the old ship said",
                    "Emoji: 😀 😃 😄 😁 🦊 🦜 🚢 🛳",
                    "Repeat: 🦜 鷗 café 🚢🚢 ñ 你好\nRepeat: 🦜 鷗 café 🚢🚢 ñ 你好\nRepeat:",
                    "Say hello with five different emoji, then in Japanese.");

    /** Whose death ends a server: the process that computes, the one above it, or all at once. */
    private static final List<String> VICTIMS = List.of("VLLM::Worker", "VLLM::EngineCore", "");

    /** What its detokenizer says and a stream does not: special tokens, a cut character. */
    private static final Pattern UNTOLD = Pattern.compile("<\\|[a-z_]+\\|>|\uFFFD+$");

    private enum Kind {
        GREEDY_COMPLETION,
        GREEDY_CHAT,
        SAMPLED,
        SEEDED;

        static Kind of(int i) {
            return values()[i % values().length];
        }

        boolean isGreedy() {
            return this == GREEDY_COMPLETION || this == GREEDY_CHAT;
        }
    }

    private final OpenStreams streams;
    private final Map<String, Integer> counts = new TreeMap<>();

    private VllmFailover(OpenStreams streams) {
        this.streams = streams;
    }

    /**
     * Prints the figures.
     *
     * @param arguments how many rounds, then what starts a gateway that serves given engines,
     *     without its arguments
     */
    public static void main(String[] arguments) throws IOException {
        int rounds = Integer.parseInt(arguments[0]);
        List<String> gateway = List.of(arguments).subList(1, arguments.length);
        Path folder = Files.createTempDirectory("keelson-vllm-failover");
        if (PeerEngine.find(folder).stream().noneMatch(peer -> peer.name().equals("vllm"))) {
            System.exit(1);
        }
        var python = System.getenv("KEELSON_VLLM_PYTHON");
        var model = folder.resolve("smollm2");
        try (var first = new VllmServer(python, model, ByHand.freePort(), STREAMS);
                var second = new VllmServer(python, model, ByHand.freePort(), STREAMS)) {
            var engines = List.of(first, second);
            // Ended by a signal too, so that no server outlives its measurement.
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> engines.forEach(VllmServer::close), "end"));
            engines.forEach(VllmServer::awaitReady);
            measure(rounds, gateway, engines, folder);
        }
    }

    private static void measure(
            int rounds, List<String> gateway, List<VllmServer> engines, Path folder)
            throws IOException {
        int port = ByHand.freePort();
        var line = new ArrayList<>(gateway);
        line.addAll(
                List.of(
                        Integer.toString(port),
                        folder.resolve("gateway").toString(),
                        VllmServer.MODEL));
        engines.forEach(engine -> line.add(engine.url()));
        var process =
                new ProcessBuilder(line)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("gateway.log").toFile())
                        .start();
        try {
            var url = "http://127.0.0.1:" + port;
            Fleet.await(
                    "the gateway",
                    GATEWAY_STARTS_WITHIN,
                    () -> Load.model(url).equals(VllmServer.MODEL));
            new VllmFailover(new OpenStreams(url)).rounds(rounds, engines);
        } finally {
            process.destroy();
        }
    }

    private void rounds(int rounds, List<VllmServer> engines) throws IOException {
        var requests = IntStream.range(0, STREAMS).mapToObj(VllmFailover::request).toList();
        List<Ended> undisturbed = streams.all(requests, 1, () -> {});
        List<Ended> again = streams.all(requests, 1, () -> {});
        for (int i = 0; i < STREAMS; i++) {
            count("undisturbed, twice", i, again.get(i), undisturbed.get(i), engines.getFirst());
        }
        for (int round = 0; round < rounds; round++) {
            var victim = engines.get(round % engines.size());
            var other = engines.get((round + 1) % engines.size());
            String name = VICTIMS.get(round % VICTIMS.size());
            String what = "kill -9 of " + (name.isEmpty() ? "all processes" : name);
            double before = streams.continued();
            List<Ended> disturbed = streams.all(requests, STREAMS, () -> victim.kill(name));
            add(what + ": rounds", 1);
            add(what + ": streams that went on", (int) (streams.continued() - before));
            for (int i = 0; i < STREAMS; i++) {
                count(what, i, disturbed.get(i), undisturbed.get(i), other);
            }
            if (round + 1 < rounds) {
                victim.again();
                victim.awaitReady();
            }
        }
        counts.forEach((figure, value) ->
                System.out.printf("| vllm-failover | %s | %d |%n", figure, value));
    }

    private void count(String what, int i, Ended ended, Ended undisturbed, VllmServer server)
            throws IOException {
        String kind = Kind.of(i).name().toLowerCase(Locale.ROOT).replace('_', ' ');
        String told;
        if (!ended.whole()) {
            told = ended.reason();
        } else if (Kind.of(i).isGreedy()) {
            told = ended.equals(undisturbed) ? "whole, the same" : "whole, OTHER";
        } else if (Kind.of(i) == Kind.SAMPLED) {
            told = isConsistent(ended, server) ? "whole, tokens and text agree" : "whole, WRONG";
        } else {
            told = "whole";
        }
        add("%s: %s: %s".formatted(what, kind, told), 1);
        if (told.contains("OTHER") || told.contains("WRONG")) {
            System.err.printf("%s: %d: %s%nundisturbed: %s%n", what, i, ended, undisturbed);
        }
    }

    private void add(String figure, int value) {
        counts.merge(figure, value, Integer::sum);
    }

    /** None repeated, none missing. */
    private static boolean isConsistent(Ended ended, VllmServer server) throws IOException {
        String text = UNTOLD.matcher(server.text(ended.tokens())).replaceAll("");
        return ended.tokens().size() == TOKENS && text.equals(ended.text());
    }

    /** Greedy completions and chats, sampled ones, and what vLLM cannot take up exactly. */
    private static Asked request(int i) {
        Kind kind = Kind.of(i);
        var prompt = PROMPTS.get(i / 4 % PROMPTS.size());
        var body =
                JSON.createObjectNode()
                        .put("model", VllmServer.MODEL)
                        .put("max_tokens", TOKENS)
                        .put("ignore_eos", true)
                        .put("stream", true);
        body.putObject("stream_options").put("include_usage", i % 8 < 4);
        if (kind == Kind.GREEDY_CHAT) {
            body.putArray("messages").addObject().put("role", "user").put("content", prompt);
        } else {
            // A sampled one shows its tokens, and so none may be within a character when it breaks.
            body.put("prompt", kind == Kind.SAMPLED ? PROMPTS.getFirst() : prompt);
        }
        body.put("temperature", kind.isGreedy() ? 0 : 1);
        switch (kind) {
            case GREEDY_COMPLETION -> body.put("repetition_penalty", i % 8 < 4 ? 1 : 1.1);
            case GREEDY_CHAT -> {}
            case SAMPLED -> body.put("return_token_ids", true);
            case SEEDED -> body.put("seed", i);
        }
        return new Asked(
                kind == Kind.GREEDY_CHAT ? "/v1/chat/completions" : "/v1/completions",
                body.toString());
    }
}
