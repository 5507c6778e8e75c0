package dev.keelson.runtime.http;

import dev.keelson.runtime.engine.Adapter;
import dev.keelson.runtime.weights.LoraAdapter;
import dev.keelson.serving.openai.InvalidRequestException;
import dev.keelson.serving.openai.OpenAiError;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The adapters that may be asked for, by name. A bounded number of them is in memory; the one
 * unused for longest makes room and is read again when somebody asks for it. One that a request
 * uses is never dropped. Thread-safe.
 */
public final class AdapterRegistry {
    /** Reads an adapter of this engine's model. */
    @FunctionalInterface
    public interface Reader {
        LoraAdapter read(Path folder) throws IOException;
    }

    /** An adapter, as {@code /v1/models} shows it. */
    record Listed(String name, Path path, long created) {}

    /** An adapter in use, until it is closed. */
    final class Lease implements AutoCloseable {
        private final @Nullable Entry entry;

        private Lease(@Nullable Entry entry) {
            this.entry = entry;
        }

        /** Null for the model as it is. */
        @Nullable Adapter adapter() {
            return entry == null ? null : entry.adapter;
        }

        @Override
        public void close() {
            if (entry != null) {
                release(entry);
            }
        }
    }

    private static final class Entry {
        final String name;
        final Path path;
        final long created;
        @Nullable Adapter adapter; // in memory
        int users;
        long lastUse;
        boolean unloaded;

        Entry(String name, Path path, long created) {
            this.name = name;
            this.path = path;
            this.created = created;
        }
    }

    private static final int MOST_NAMES = 4096;
    private static final int LONGEST_NAME = 128;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}");

    private final String base;
    private final int mostInMemory;
    private final Reader reader;
    private final InstantSource clock;
    private final Map<String, Entry> entries = new LinkedHashMap<>(); // guarded by this
    private int inMemory; // guarded by this
    private long uses; // guarded by this

    /**
     * @param base name of the model itself
     * @param mostInMemory adapters in memory at most; 0 serves none
     */
    public AdapterRegistry(String base, int mostInMemory, Reader reader, InstantSource clock) {
        this.base = base;
        this.mostInMemory = mostInMemory;
        this.reader = reader;
        this.clock = clock;
    }

    /**
     * Reads an adapter and serves it under a name from now on.
     *
     * @throws InvalidRequestException saying which field is wrong
     */
    public void load(String name, Path path) throws InvalidRequestException {
        if (mostInMemory == 0) {
            throw invalid("This engine serves no adapters: 'max_loras' is 0.", "lora_name");
        }
        if (!NAME.matcher(name).matches()) {
            throw invalid(
                    "'lora_name' must be 1 to 128 letters, digits and . _ : / @ - and begin with a letter or digit.",
                    "lora_name");
        }
        refuseTaken(name);
        Adapter adapter = read(name, path, 400);
        synchronized (this) {
            refuseTaken(name);
            var entry = new Entry(name, path, clock.instant().getEpochSecond());
            entries.put(name, entry);
            if (hasRoom()) {
                hold(entry, adapter);
            } // else it was found good, and is read again when it is asked for
        }
    }

    /** Serves it no more; requests that use it already are answered to their end. */
    synchronized void unload(String name) throws InvalidRequestException {
        Entry entry = entries.remove(name);
        if (entry == null) {
            throw new InvalidRequestException(
                    new OpenAiError(
                            404,
                            "The lora adapter '" + shown(name) + "' cannot be found.",
                            "NotFoundError",
                            "lora_name",
                            "not_found"));
        }
        entry.unloaded = true;
        if (entry.adapter != null && entry.users == 0) {
            inMemory--;
        }
    }

    /** Whether the name is the model's or an adapter's. */
    synchronized boolean knows(String model) {
        return model.equals(base) || entries.containsKey(model);
    }

    /** All adapters in the order in which they were loaded. */
    synchronized List<Listed> list() {
        return entries.values().stream().map(e -> new Listed(e.name, e.path, e.created)).toList();
    }

    /** What the name of a request's model stands for, in memory until the lease is closed. */
    Lease lease(String model) throws InvalidRequestException {
        if (model.equals(base)) {
            return new Lease(null);
        }
        Entry entry;
        synchronized (this) {
            entry = entries.get(model);
            if (entry == null) {
                throw new InvalidRequestException(OpenAiError.modelNotFound(model));
            }
            if (entry.adapter != null) {
                return use(entry);
            }
        }
        Adapter again = read(entry.name, entry.path, 503);
        synchronized (this) {
            if (entry.unloaded) {
                throw new InvalidRequestException(OpenAiError.modelNotFound(model));
            }
            if (entry.adapter == null) {
                if (!hasRoom()) {
                    throw new InvalidRequestException(
                            OpenAiError.server(
                                    429,
                                    "overloaded",
                                    "All " + mostInMemory + " adapters in memory are in use."));
                }
                hold(entry, again);
            }
            return use(entry);
        }
    }

    private synchronized void release(Entry entry) {
        if (--entry.users == 0 && entry.unloaded) {
            inMemory--;
        }
    }

    private Lease use(Entry entry) {
        entry.users++;
        entry.lastUse = ++uses;
        return new Lease(entry);
    }

    private void hold(Entry entry, Adapter adapter) {
        entry.adapter = adapter;
        entry.lastUse = ++uses;
        inMemory++;
    }

    /** Drops the adapter unused for longest if it must. */
    private boolean hasRoom() {
        if (inMemory < mostInMemory) {
            return true;
        }
        Entry oldest = null;
        for (Entry entry : entries.values()) {
            if (entry.adapter != null
                    && entry.users == 0
                    && (oldest == null || entry.lastUse < oldest.lastUse)) {
                oldest = entry;
            }
        }
        if (oldest == null) {
            return false;
        }
        oldest.adapter = null;
        inMemory--;
        return true;
    }

    private synchronized void refuseTaken(String name) throws InvalidRequestException {
        if (knows(name)) {
            throw new InvalidRequestException(
                    new OpenAiError(
                            400,
                            "The lora adapter '" + name + "' has already been loaded.",
                            "InvalidUserInput",
                            "lora_name",
                            "already_loaded"));
        }
        if (entries.size() >= MOST_NAMES) {
            throw invalid("There are " + MOST_NAMES + " adapters already.", "lora_name");
        }
    }

    private Adapter read(String name, Path path, int status) throws InvalidRequestException {
        try {
            return new Adapter(name, reader.read(path));
        } catch (IOException e) {
            throw new InvalidRequestException(
                    new OpenAiError(
                            status,
                            "The lora adapter '%s' cannot be read: %s"
                                    .formatted(name, e.getMessage()),
                            status == 400 ? "invalid_request_error" : "adapter_unreadable",
                            "lora_path",
                            "adapter_unreadable"));
        }
    }

    /** A name that may be anything, short enough to be echoed. */
    private static String shown(String name) {
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "...";
    }

    private static InvalidRequestException invalid(String message, String param) {
        return new InvalidRequestException(OpenAiError.invalid(message, param));
    }
}
