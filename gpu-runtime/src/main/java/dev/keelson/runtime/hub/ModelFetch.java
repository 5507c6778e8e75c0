package dev.keelson.runtime.hub;

import dev.keelson.runtime.format.JsonFields;
import dev.keelson.runtime.weights.ConfigFile;
import dev.keelson.runtime.weights.SafetensorsFolder;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps models of a hub in a folder, one below it per model and commit. A file has its own name
 * only when it is whole and its checksum is right; until then it is {@code NAME.part}.
 */
final class ModelFetch {
    private static final String INDEX = "model.safetensors.index.json";
    private static final String SINGLE = "model.safetensors";
    private static final String CONFIG = "config.json";
    private static final String TOKENIZER = "tokenizer.json";
    private static final List<String> OPTIONAL =
            List.of("generation_config.json", "tokenizer_config.json", "chat_template.jinja");
    private static final String REVISIONS = "revisions";

    private final HubClient hub;
    private final Path root;
    private final FetchProgress progress;

    ModelFetch(HubClient hub, Path root, FetchProgress progress) {
        this.hub = hub;
        this.root = root;
        this.progress = progress;
    }

    /**
     * Makes a model lie on this machine. Where the hub does not answer, what an earlier fetch of
     * the same revision left serves.
     *
     * @return the model's folder, or its GGUF file
     * @throws HubException if the hub does not give it, or it has nothing that is served
     * @throws dev.keelson.runtime.format.ModelFileException if its configuration is not served,
     *     before any weight was asked for
     */
    Path fetch(HubName model) throws IOException, InterruptedException {
        Path home = root.resolve(model.organisation() + "--" + model.name());
        Files.createDirectories(home.resolve(REVISIONS));
        // Two that start at once would write into the same part.
        try (var file =
                FileChannel.open(
                        home.resolve(".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
            file.lock(); // until it is closed
            return fetch(model, home);
        }
    }

    private Path fetch(HubName model, Path home) throws IOException, InterruptedException {
        Path revision = home.resolve(REVISIONS).resolve(model.revision().replace('/', '+'));
        HubListing listing;
        try {
            listing = hub.listing(model);
        } catch (ConnectException | HttpTimeoutException e) {
            return fetched(home, revision)
                    .orElseThrow(() ->
                            new HubException(
                                    "%s: the hub does not answer, and no earlier download of it is here"
                                            .formatted(model)));
        }
        Path folder = Files.createDirectories(home.resolve(listing.commit()));
        Path whole = new Download(model, listing, folder).run();
        Path draft = revision.resolveSibling(revision.getFileName() + ".part");
        Files.writeString(draft, home.relativize(whole).toString());
        Files.move(draft, revision, StandardCopyOption.ATOMIC_MOVE);
        return whole;
    }

    private static Optional<Path> fetched(Path home, Path revision) throws IOException {
        return Files.exists(revision)
                ? Optional.of(home.resolve(Files.readString(revision)))
                : Optional.empty();
    }

    private final class Download {
        private final HubName model;
        private final HubListing listing;
        private final Path folder;

        Download(HubName model, HubListing listing, Path folder) {
            this.model = model;
            this.listing = listing;
            this.folder = folder;
        }

        Path run() throws IOException, InterruptedException {
            if (!has(SINGLE) && !has(INDEX)) {
                String file = onlyGguf();
                all(List.of(file));
                return folder.resolve(file);
            }
            all(List.of(CONFIG, TOKENIZER));
            ConfigFile.read(folder.resolve(CONFIG)); // refused before gigabytes are asked for
            all(OPTIONAL.stream().filter(this::has).toList());
            all(weights());
            return folder;
        }

        private boolean has(String name) {
            return listing.files().containsKey(name);
        }

        private List<String> weights() throws IOException, InterruptedException {
            if (!has(INDEX)) {
                return List.of(SINGLE);
            }
            all(List.of(INDEX));
            Set<String> shards = SafetensorsFolder.shards(JsonFields.read(folder.resolve(INDEX)));
            return List.copyOf(shards);
        }

        private String onlyGguf() throws HubException {
            var files =
                    listing.files().keySet().stream()
                            .filter(name -> name.endsWith(".gguf"))
                            .sorted()
                            .toList();
            if (files.size() == 1) {
                return files.getFirst();
            }
            throw new HubException(
                    files.isEmpty()
                            ? "%s has no weights that are served (%s, shards with %s, or a GGUF file)"
                                    .formatted(model, SINGLE, INDEX)
                            : "%s has %d GGUF files; download one and serve it by its path: %s"
                                    .formatted(model, files.size(), String.join(", ", files)));
        }

        private void all(List<String> names) throws IOException, InterruptedException {
            List<HubFile> missing = new ArrayList<>();
            for (String name : names) {
                HubFile file = listing.files().get(name);
                if (file == null) {
                    throw new HubException("%s has no %s".formatted(model, name));
                }
                if (!Files.exists(folder.resolve(name))) {
                    missing.add(file);
                }
            }
            checkRoom(missing);
            for (HubFile file : missing) {
                Path part = folder.resolve(file.name() + ".part");
                hub.download(model, listing.commit(), file, part, progress);
                Files.move(part, folder.resolve(file.name()), StandardCopyOption.ATOMIC_MOVE);
            }
        }

        private void checkRoom(List<HubFile> missing) throws IOException {
            long needed = 0;
            for (HubFile file : missing) {
                Path part = folder.resolve(file.name() + ".part");
                needed += file.size() - (Files.exists(part) ? Files.size(part) : 0);
            }
            long free = Files.getFileStore(folder).getUsableSpace();
            if (needed > free) {
                throw new HubException(
                        "%s needs %d MB more in %s, where %d MB are free"
                                .formatted(model, needed / 1_000_000, folder, free / 1_000_000));
            }
        }
    }
}
