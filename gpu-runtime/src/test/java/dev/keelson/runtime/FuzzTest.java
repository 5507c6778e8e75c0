package dev.keelson.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import dev.keelson.runtime.format.ModelFileException;
import dev.keelson.runtime.testing.TinyModels;
import dev.keelson.runtime.tokenizer.BpeTrainer;
import dev.keelson.runtime.tokenizer.TokenizerFile;
import dev.keelson.runtime.weights.ConfigFile;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LoraFolder;
import dev.keelson.runtime.weights.Projection;
import dev.keelson.runtime.weights.Safetensors;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files with something wrong in them, by chance: each is read or refused, with little memory, and a
 * refusal names the file and, where a field was changed, the field.
 */
@Timeout(120)
class FuzzTest {
    private static final int SEEDS = 600;
    private static final long MOST_BYTES = 64L << 20;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final LlamaConfig MODEL = TinyModels.config("grouped heads, tied");
    private static final List<String> ODD =
            List.of(
                    "null",
                    "true",
                    "-1",
                    "0",
                    "1",
                    "2147483648",
                    "9223372036854775807",
                    "1e400",
                    "0.5",
                    "\"\"",
                    "\"F64\"",
                    "\"q_proj\"",
                    "[]",
                    "[[]]",
                    "{}",
                    "[-1,-1]",
                    "[2147483647,2147483647]",
                    "[9223372036854775807,2]",
                    "[0,1e18]",
                    "{\"a\":{\"a\":[]}}",
                    "\"\\ud800\"");

    @FunctionalInterface
    private interface Reader {
        void read() throws IOException;
    }

    @TempDir private Path folder;

    @Test
    void adapters() throws IOException {
        writeAdapter();
        Reader reader = () -> LoraFolder.read(folder, MODEL, 16);
        fuzzFields(folder.resolve("adapter_config.json"), reader);
        fuzzBytes(folder.resolve("adapter_config.json"), reader);
        fuzzHeader(folder.resolve("adapter_model.safetensors"), reader);
        fuzzBytes(folder.resolve("adapter_model.safetensors"), reader);
    }

    @Test
    void safetensors() throws IOException {
        writeAdapter();
        Path file = folder.resolve("adapter_model.safetensors");
        Reader reader =
                () -> {
                    try (var tensors = Safetensors.open(file)) {
                        for (String name : tensors.names()) {
                            tensors.read(name);
                        }
                    }
                };
        fuzzHeader(file, reader);
        fuzzBytes(file, reader);
    }

    @Test
    void tokenizers() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        TokenizerFile.write(BpeTrainer.train(List.of("the node drains the node"), 270), file);
        Reader reader = () -> TokenizerFile.read(file);
        fuzzFields(file, reader);
        fuzzBytes(file, reader);
    }

    @Test
    void models() throws IOException {
        writeModel();
        Path config = folder.resolve("config.json");
        fuzzFields(config, () -> ConfigFile.read(config));
        Reader reader = () -> LoadedModel.read(folder);
        fuzzBytes(config, reader);
        fuzzHeader(folder.resolve("model.safetensors"), reader);
        fuzzFields(folder.resolve("tokenizer_config.json"), reader);
        fuzzFields(folder.resolve("generation_config.json"), reader);
    }

    @Test
    void shards() throws IOException {
        writeModel();
        Files.move(folder.resolve("model.safetensors"), folder.resolve("first.safetensors"));
        ObjectNode root = JSON.createObjectNode();
        ObjectNode map = root.putObject("weight_map");
        try (var tensors = Safetensors.open(folder.resolve("first.safetensors"))) {
            tensors.names().forEach(name -> map.put(name, "first.safetensors"));
        }
        Path index = folder.resolve("model.safetensors.index.json");
        Files.write(index, JSON.writeValueAsBytes(root));
        Reader reader = () -> LoadedModel.read(folder);
        fuzzFields(index, reader);
        fuzzBytes(index, reader);
    }

    private void writeModel() throws IOException {
        ConfigFile.write(MODEL, 0, folder.resolve("config.json"));
        TokenizerFile.write(
                BpeTrainer.train(List.of("the node drains the node"), 270),
                folder.resolve("tokenizer.json"));
        TinyModels.weights(MODEL, 3).write(folder.resolve("model.safetensors"));
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"chat_template\":\"{{ messages[0].content }}\",\"bos_token\":{\"content\":\"<s>\"},\"eos_token\":\"</s>\"}");
        Files.writeString(
                folder.resolve("generation_config.json"),
                "{\"eos_token_id\":[0,1],\"stop_strings\":[\"User:\"]}");
    }

    private void writeAdapter() throws IOException {
        var adapter = TinyModels.adapter(MODEL, 4, 1, Projection.QUERY, Projection.DOWN);
        LoraFolder.write(folder, "tiny", 4, 8, adapter.layers());
    }

    /** One value somewhere in a JSON file becomes another, or goes. */
    private void fuzzFields(Path file, Reader reader) throws IOException {
        byte[] good = Files.readAllBytes(file);
        for (int seed = 0; seed < SEEDS; seed++) {
            JsonNode root = JSON.readTree(good);
            List<String> changed = change(root, new Random(seed));
            Files.write(file, JSON.writeValueAsBytes(root));
            attempt(file, seed, changed, reader);
        }
        Files.write(file, good);
        reader.read();
    }

    /** The same inside the header of a safetensors file. */
    private void fuzzHeader(Path file, Reader reader) throws IOException {
        byte[] good = Files.readAllBytes(file);
        int length = (int) ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(good, 8, length, StandardCharsets.US_ASCII);
        for (int seed = 0; seed < SEEDS; seed++) {
            JsonNode root = JSON.readTree(header);
            List<String> changed = change(root, new Random(seed));
            byte[] text = JSON.writeValueAsBytes(root);
            int rest = good.length - 8 - length;
            ByteBuffer bytes =
                    ByteBuffer.allocate(8 + text.length + rest).order(ByteOrder.LITTLE_ENDIAN);
            bytes.putLong(text.length).put(text).put(good, 8 + length, rest);
            Files.write(file, bytes.array());
            attempt(file, seed, changed, reader);
        }
        Files.write(file, good);
        reader.read();
    }

    /** Bytes that change, go, or come twice. */
    private void fuzzBytes(Path file, Reader reader) throws IOException {
        byte[] good = Files.readAllBytes(file);
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            byte[] bad = good.clone();
            for (int i = random.nextInt(8); i >= 0; i--) {
                // Mostly near the beginning, where lengths and names are.
                int within = random.nextBoolean() ? Math.min(64, bad.length) : bad.length;
                bad[random.nextInt(within)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(3) == 0) {
                bad = Arrays.copyOf(bad, random.nextInt(2 * bad.length));
            }
            Files.write(file, bad);
            attempt(file, seed, List.of(), reader);
        }
        Files.write(file, good);
        reader.read();
    }

    private void attempt(Path file, int seed, List<String> changed, Reader reader) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        String of = "%s, seed %d, changed %s".formatted(file.getFileName(), seed, changed);
        try {
            reader.read();
        } catch (ModelFileException e) {
            String said = String.valueOf(e.getMessage());
            assertThat(said).as(of).startsWith(folder.toString());
            if (!changed.isEmpty()) {
                assertThat(changed).as("%s: %s", of, said).anyMatch(said::contains);
            }
        } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(of + ": " + e, e);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).as(of).isLessThan(MOST_BYTES);
    }

    /** Changes or removes one value; the names on the way to it. */
    private static List<String> change(JsonNode root, Random random) throws IOException {
        List<String> names = new ArrayList<>();
        JsonNode at = root;
        while (true) {
            if (at instanceof ObjectNode object) {
                List<String> fields = new ArrayList<>();
                object.fieldNames().forEachRemaining(fields::add);
                String field = fields.get(random.nextInt(fields.size()));
                names.add(field);
                JsonNode next = object.path(field);
                if (next.isContainerNode() && !next.isEmpty() && random.nextInt(3) > 0) {
                    at = next;
                    continue;
                }
                if (random.nextInt(6) == 0) {
                    object.remove(field);
                } else {
                    object.set(field, odd(random));
                }
            } else if (at instanceof ArrayNode array) {
                int index = random.nextInt(array.size());
                JsonNode next = array.path(index);
                if (next.isContainerNode() && !next.isEmpty() && random.nextInt(3) > 0) {
                    at = next;
                    continue;
                }
                array.set(index, odd(random));
            }
            return names;
        }
    }

    private static JsonNode odd(Random random) throws IOException {
        return JSON.readTree(ODD.get(random.nextInt(ODD.size())));
    }
}
