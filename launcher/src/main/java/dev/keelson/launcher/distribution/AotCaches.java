package dev.keelson.launcher.distribution;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;

/**
 * The JVM's ahead-of-time caches, one per kind of process. The JVM takes a cache only when every
 * jar of the class path has the length and the modification time that it had at the recording, so
 * the times of our own jars are derived from their content: a build that changes nothing keeps
 * every cache, one that changes a module renews those of the processes that hold it.
 *
 * @param distribution what was built
 */
public record AotCaches(Distribution distribution) {
    /** Processes that have a cache of their own. */
    public static final List<Component> RECORDED =
            List.of(
                    Component.KAFKA,
                    Component.STREAMS,
                    Component.CONTROL_PLANE,
                    Component.FORECASTER,
                    Component.GATEWAY,
                    Component.AGENT,
                    Component.ENGINE,
                    Component.SUPERVISOR,
                    Component.LOADGEN);

    private static final Instant FIRST_TIME = Instant.parse("2001-01-01T00:00:00Z");
    private static final long TIMES = 600_000_000;
    private static final Duration LONGEST_ASSEMBLY = Duration.ofMinutes(3);

    /** Gives each of our jars the modification time that belongs to its content. */
    public void settleTimes() throws IOException {
        Path lib = distribution.folder().resolve("lib");
        String ours = "*-" + Distribution.VERSION + ".jar";
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(lib, ours)) {
            for (Path jar : jars) {
                var sum = new CRC32();
                sum.update(Files.readAllBytes(jar));
                FileTime time = FileTime.from(FIRST_TIME.plusSeconds(sum.getValue() % TIMES));
                if (!Files.getLastModifiedTime(jar).equals(time)) {
                    Files.setLastModifiedTime(jar, time);
                }
            }
        }
    }

    /** Built processes whose cache is missing or was recorded with other jars. */
    public List<Component> stale() throws IOException {
        var stale = new ArrayList<Component>();
        for (Component component : RECORDED) {
            if (distribution.has(component) && !isFresh(component)) {
                stale.add(component);
            }
        }
        return List.copyOf(stale);
    }

    /** Lets exactly these components record into the folder; the others start from their caches. */
    public void request(List<Component> components, Path recordings) throws IOException {
        for (Component component : components) {
            Files.createFile(distribution.recording(component, recordings));
        }
    }

    private boolean isFresh(Component component) throws IOException {
        Path key = key(component);
        return Files.isRegularFile(distribution.cache(component))
                && Files.isRegularFile(key)
                && Files.readString(key).equals(fingerprint(component));
    }

    /**
     * Makes the cache of a component from what a recording JVM left.
     *
     * @param recordings the folder that {@link Distribution#RECORD_VARIABLE} named
     * @return false when the recording is unusable; the component then starts without a cache
     */
    public boolean assemble(Component component, Path recordings)
            throws IOException, InterruptedException {
        Path recording = distribution.recording(component, recordings);
        if (!Files.isRegularFile(recording) || Files.size(recording) == 0) {
            return false;
        }
        Path cache = distribution.cache(component);
        Path draft = recordings.resolve(cache.getFileName() + ".draft");
        String fingerprint = fingerprint(component);
        Path log = recordings.resolve(cache.getFileName() + ".log");
        Process assembly =
                new ProcessBuilder(distribution.assembly(component, recording, draft))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        if (!assembly.waitFor(LONGEST_ASSEMBLY.toSeconds(), TimeUnit.SECONDS)) {
            assembly.destroyForcibly().waitFor();
        }
        if (assembly.exitValue() != 0 || !Files.isRegularFile(draft)) {
            return false;
        }
        Files.createDirectories(cache.toAbsolutePath().getParent());
        // A new file: processes that run go on mapping the one that they opened.
        Files.deleteIfExists(key(component));
        Files.deleteIfExists(cache);
        Files.move(draft, cache);
        Files.writeString(key(component), fingerprint);
        return true;
    }

    private Path key(Component component) {
        Path cache = distribution.cache(component);
        return cache.resolveSibling(cache.getFileName() + ".key");
    }

    private String fingerprint(Component component) throws IOException {
        var text = new StringBuilder();
        text.append(Runtime.version()).append(' ').append(distribution.javaHome()).append('\n');
        distribution.flags(component).forEach(flag -> text.append(flag).append('\n'));
        for (String entry : distribution.classpath(component).split(":", -1)) {
            Path jar = Path.of(entry);
            text.append(entry)
                    .append(' ')
                    .append(Files.size(jar))
                    .append(' ')
                    .append(Files.getLastModifiedTime(jar).toMillis())
                    .append('\n');
        }
        return text.toString();
    }
}
