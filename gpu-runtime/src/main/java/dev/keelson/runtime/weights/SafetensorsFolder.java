package dev.keelson.runtime.weights;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.runtime.format.JsonFields;
import dev.keelson.runtime.format.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The weights of a Hugging Face folder: {@code model.safetensors}, or the shards that {@code
 * model.safetensors.index.json} names. Not thread-safe.
 */
public final class SafetensorsFolder implements TensorSource {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private final Path folder;
    private final List<Safetensors> open = new ArrayList<>();
    private final Map<String, Safetensors> home = new LinkedHashMap<>();

    private SafetensorsFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Opens the folder's files.
     *
     * @throws ModelFileException if one is missing or malformed; the message names it
     */
    public static SafetensorsFolder open(Path folder) throws IOException {
        var opened = new SafetensorsFolder(folder);
        try {
            if (Files.exists(folder.resolve(INDEX))) {
                opened.openShards(JsonFields.read(folder.resolve(INDEX)));
            } else if (Files.exists(folder.resolve(SINGLE))) {
                Safetensors file = opened.add(SINGLE);
                file.names().forEach(name -> opened.home.put(name, file));
            } else {
                throw new ModelFileException(
                        folder.toString(), "neither " + SINGLE + " nor " + INDEX + " is there");
            }
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** The shards that an index names. */
    public static Set<String> shards(JsonFields index) throws ModelFileException {
        Set<String> shards = new java.util.TreeSet<>();
        for (var entry : index.object("weight_map").node().properties()) {
            JsonNode value = entry.getValue();
            String name = value.asText("");
            if (!value.isTextual() || !name.matches("[A-Za-z0-9._-]+\\.safetensors")) {
                throw index.object("weight_map")
                        .wrong(entry.getKey(), "the name of a safetensors file in the same folder");
            }
            shards.add(name);
        }
        if (shards.isEmpty()) {
            throw index.wrong("weight_map", "an object of tensors and their files");
        }
        return shards;
    }

    private void openShards(JsonFields index) throws IOException {
        Map<String, Safetensors> files = new LinkedHashMap<>();
        for (String shard : shards(index)) {
            files.put(shard, add(shard));
        }
        for (var entry : index.node().path("weight_map").properties()) {
            Safetensors file = files.get(entry.getValue().asText());
            if (file == null || !file.names().contains(entry.getKey())) {
                throw index.object("weight_map")
                        .wrong(entry.getKey(), "a file that holds this tensor");
            }
            home.put(entry.getKey(), file);
        }
    }

    private Safetensors add(String name) throws IOException {
        Safetensors file = Safetensors.open(folder.resolve(name));
        open.add(file);
        return file;
    }

    @Override
    public String origin() {
        return folder.toString();
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(home.keySet());
    }

    @Override
    public Tensor read(String name) throws IOException {
        Safetensors file = home.get(name);
        if (file == null) {
            throw new ModelFileException(folder.toString(), "tensor " + name + " is missing");
        }
        return file.read(name);
    }

    @Override
    public void close() {
        open.forEach(Safetensors::close);
    }
}
