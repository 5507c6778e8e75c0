package dev.keelson.launcher.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The caches of a distribution whose one class path holds two jars: ours and a library. */
class AotCachesTest {
    @TempDir Path home;

    private Distribution distribution;
    private AotCaches caches;

    @BeforeEach
    void distributionOfOneComponent() throws IOException {
        distribution = new Distribution(home, Path.of(System.getProperty("java.home")));
        caches = new AotCaches(distribution);
        Files.createDirectories(jar("launcher-0.1.0.jar").getParent());
        Files.writeString(jar("launcher-0.1.0.jar"), "ours");
        Files.writeString(jar("library-7.jar"), "theirs");
        Files.writeString(distribution.folder().resolve("launcher.classpath"), "lib/library-7.jar");
    }

    @Test
    void aJarOfTheSameContentHasTheSameTimeWheneverItWasBuilt() throws IOException {
        caches.settleTimes();
        FileTime first = Files.getLastModifiedTime(jar("launcher-0.1.0.jar"));

        Files.writeString(jar("launcher-0.1.0.jar"), "ours");
        caches.settleTimes();

        assertThat(Files.getLastModifiedTime(jar("launcher-0.1.0.jar"))).isEqualTo(first);
    }

    @Test
    void aJarOfOtherContentAndTheSameLengthHasAnotherTime() throws IOException {
        caches.settleTimes();
        FileTime first = Files.getLastModifiedTime(jar("launcher-0.1.0.jar"));

        Files.writeString(jar("launcher-0.1.0.jar"), "OURS");
        caches.settleTimes();

        assertThat(Files.getLastModifiedTime(jar("launcher-0.1.0.jar"))).isNotEqualTo(first);
    }

    @Test
    void theTimeOfALibraryIsLeftAlone() throws IOException {
        FileTime before = Files.getLastModifiedTime(jar("library-7.jar"));

        caches.settleTimes();

        assertThat(Files.getLastModifiedTime(jar("library-7.jar"))).isEqualTo(before);
    }

    @Test
    void onlyWhatIsBuiltCanBeStale() throws IOException {
        assertThat(caches.stale()).containsExactly(Component.SUPERVISOR, Component.LOADGEN);
    }

    @Test
    void aCacheIsFreshUntilItsClassPathChanges() throws Exception {
        caches.settleTimes();
        assertThat(assembleFromRecordingOfVersion()).isTrue();
        assertThat(caches.stale()).containsExactly(Component.SUPERVISOR);

        Files.writeString(jar("launcher-0.1.0.jar"), "changed");
        caches.settleTimes();

        assertThat(caches.stale()).containsExactly(Component.SUPERVISOR, Component.LOADGEN);
    }

    @Test
    void anEmptyRecordingLeavesTheComponentWithoutCache() throws Exception {
        Path recordings = Files.createDirectories(home.resolve("recordings"));
        caches.request(List.of(Component.LOADGEN), recordings);

        assertThat(caches.assemble(Component.LOADGEN, recordings)).isFalse();
        assertThat(distribution.command(Component.LOADGEN, List.of()))
                .noneMatch(word -> word.startsWith("-XX:AOT"));
    }

    @Test
    void onlyWhatWasAskedToRecordsAndTheOthersStartAsEver() throws Exception {
        Path recordings = Files.createDirectories(home.resolve("recordings"));

        caches.request(List.of(Component.LOADGEN), recordings);

        assertThat(distribution.recordingCommand(Component.LOADGEN, recordings, List.of()))
                .contains("-XX:AOTMode=record");
        assertThat(distribution.recordingCommand(Component.SUPERVISOR, recordings, List.of()))
                .noneMatch(word -> word.startsWith("-XX:AOT"));
    }

    /** Records a JVM that finds no main class: enough for a cache of the JDK's own classes. */
    private boolean assembleFromRecordingOfVersion() throws Exception {
        Path recordings = Files.createDirectories(home.resolve("recordings"));
        caches.request(List.of(Component.LOADGEN), recordings);
        Process recording =
                new ProcessBuilder(
                                distribution.recordingCommand(
                                        Component.LOADGEN, recordings, List.of()))
                        .redirectErrorStream(true)
                        .redirectOutput(home.resolve("recording.log").toFile())
                        .start();
        recording.waitFor();
        return caches.assemble(Component.LOADGEN, recordings);
    }

    private Path jar(String name) {
        return distribution.folder().resolve("lib").resolve(name);
    }
}
