package dev.keelson.manifest;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A folder of manifests: every {@code *.yaml} and {@code *.yml} directly in it. */
public final class ManifestFolder {
    private static final int MOST_FILES = 1_000;

    private ManifestFolder() {}

    /**
     * Reads and checks the folder. What cannot be read is a problem of its file, never an
     * exception.
     */
    public static ManifestResult load(Path folder) {
        try {
            return load(filesOf(folder));
        } catch (IOException unreadable) {
            return new ManifestResult.Invalid(
                    List.of(
                            problem(
                                    folder,
                                    "the folder cannot be read (%s)"
                                            .formatted(reason(unreadable)))));
        }
    }

    /** Reads and checks these files together. */
    public static ManifestResult load(List<Path> paths) {
        if (paths.size() > MOST_FILES) {
            return new ManifestResult.Invalid(
                    List.of(
                            problem(
                                    paths.getFirst(),
                                    "%d files are too many; at most %d are read"
                                            .formatted(paths.size(), MOST_FILES))));
        }
        var files = new ArrayList<ManifestFile>();
        var problems = new ArrayList<Problem>();
        for (Path path : paths) {
            try {
                files.add(read(path));
            } catch (CharacterCodingException notText) {
                problems.add(problem(path, "the file is not UTF-8 text"));
            } catch (IOException unreadable) {
                problems.add(
                        problem(
                                path,
                                "the file cannot be read (%s)".formatted(reason(unreadable))));
            }
        }
        var result = ManifestCheck.check(files);
        if (problems.isEmpty()) {
            return result;
        }
        if (result instanceof ManifestResult.Invalid(var found)) {
            problems.addAll(found);
        }
        return new ManifestResult.Invalid(problems);
    }

    private static List<Path> filesOf(Path folder) throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.filter(ManifestFolder::isManifest).sorted().toList();
        }
    }

    private static boolean isManifest(Path path) {
        String name = path.getFileName().toString();
        return !name.startsWith(".")
                && (name.endsWith(".yaml") || name.endsWith(".yml"))
                && Files.isRegularFile(path);
    }

    private static ManifestFile read(Path path) throws IOException {
        // UTF-8 takes at most 4 bytes a character: what is longer is refused without being read.
        if (Files.size(path) > 4L * Documents.MOST_CHARACTERS) {
            throw new IOException(
                    "larger than %d KiB".formatted(4 * Documents.MOST_CHARACTERS / 1024));
        }
        return new ManifestFile(path.getFileName().toString(), Files.readString(path));
    }

    private static Problem problem(Path path, String message) {
        return new Problem(path.toString(), 0, 0, message, "");
    }

    private static String reason(IOException failure) {
        return switch (failure) {
            case java.nio.file.NoSuchFileException _ -> "it does not exist";
            case java.nio.file.AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(failure.getMessage());
        };
    }
}
