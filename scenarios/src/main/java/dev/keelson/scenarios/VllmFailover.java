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
import java.util.stream.IntStream;

/**
 * {@code keelson bench vllm-failover}: two servers of vLLM behind one gateway; in each round all
 * processes of one are killed while all streams are open. Three quarters of the streams may go on
 * in the other: half of all are greedy, and compared with an undisturbed run; the last quarter asks
 * for what cannot go on exactly. Undisturbed runs are compared with each other too: vLLM's sums
 * depend on what else is in the batch.
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

    private final OpenStreams streams;
    private int whole;
    private int typed;
    private int broken;
    private int greedyWhole;
    private int different;

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
                    .addShutdownHook(new Thread(() -> engines.forEach(VllmServer::kill), "end"));
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
        long differentUndisturbed =
                IntStream.range(0, STREAMS)
                        .filter(VllmFailover::isGreedy)
                        .filter(i -> !undisturbed.get(i).equals(again.get(i)))
                        .count();
        var before = streams.continued();
        for (int round = 0; round < rounds; round++) {
            var victim = engines.get(round % engines.size());
            List<Ended> disturbed = streams.all(requests, STREAMS, victim::kill);
            for (int i = 0; i < STREAMS; i++) {
                count(i, disturbed.get(i), undisturbed.get(i));
            }
            System.err.printf("round %d: %s%n", round + 1, disturbed);
            victim.again();
            victim.awaitReady();
        }
        print("streams", rounds * STREAMS);
        print("ended whole", whole);
        print("went on in the other engine", (int) (streams.continued() - before));
        print("ended with a typed replica_lost, of a quarter that asks for it", typed);
        print("broken otherwise", broken);
        print("greedy streams that ended whole", greedyWhole);
        print("of these with another text than undisturbed", different);
        print(
                "of %d greedy streams, other text in a second undisturbed run"
                        .formatted(IntStream.range(0, STREAMS).filter(i -> isGreedy(i)).count()),
                (int) differentUndisturbed);
    }

    private void count(int i, Ended disturbed, Ended undisturbed) {
        if (disturbed.whole()) {
            whole++;
            greedyWhole += isGreedy(i) ? 1 : 0;
            different += isGreedy(i) && !disturbed.equals(undisturbed) ? 1 : 0;
        } else if (disturbed.reason().equals("stream error replica_lost")) {
            typed++;
        } else {
            broken++;
        }
    }

    private static void print(String figure, int value) {
        System.out.printf("| vllm-failover | %s | %d |%n", figure, value);
    }

    private static boolean isGreedy(int i) {
        return i % 4 < 2;
    }

    /** Greedy completions and chats, unseeded ones, and what vLLM cannot take up exactly. */
    private static Asked request(int i) {
        var prompt = PROMPTS.get(i / 4 % PROMPTS.size());
        var body =
                JSON.createObjectNode()
                        .put("model", VllmServer.MODEL)
                        .put("max_tokens", TOKENS)
                        .put("ignore_eos", true)
                        .put("stream", true);
        body.putObject("stream_options").put("include_usage", i % 8 < 4);
        boolean chat = i % 4 == 1;
        if (chat) {
            body.putArray("messages").addObject().put("role", "user").put("content", prompt);
        } else {
            body.put("prompt", prompt);
        }
        body.put("temperature", isGreedy(i) ? 0 : 1);
        if (i % 4 == 3) {
            body.put("seed", i);
        }
        return new Asked(chat ? "/v1/chat/completions" : "/v1/completions", body.toString());
    }
}
