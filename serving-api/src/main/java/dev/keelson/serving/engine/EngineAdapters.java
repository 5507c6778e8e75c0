package dev.keelson.serving.engine;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The adapters that this build knows, by name. */
public final class EngineAdapters {
    private static final Map<String, EngineAdapter> BY_NAME =
            Stream.<EngineAdapter>of(
                            new GpuRuntimeAdapter(), new VllmAdapter(), new LlamaCppAdapter())
                    .collect(
                            Collectors.collectingAndThen(
                                    Collectors.toMap(
                                            EngineAdapter::name,
                                            adapter -> adapter,
                                            (a, _) -> a,
                                            TreeMap::new),
                                    Collections::unmodifiableMap));

    private EngineAdapters() {}

    public static Optional<EngineAdapter> find(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** Every known name, sorted. */
    public static Collection<String> names() {
        return BY_NAME.keySet();
    }
}
