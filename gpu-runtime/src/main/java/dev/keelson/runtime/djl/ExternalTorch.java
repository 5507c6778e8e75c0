package dev.keelson.runtime.djl;

import ai.djl.engine.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A libtorch that lies in a folder instead of the class path; DJL takes the folder from the
 * environment. DJL also wants to be told its version and its kind, and where it is not, falls back
 * to another library in silence or dies in the native one; both can be read from the folder.
 */
final class ExternalTorch {
    /** DJL's own variable: the folder with libtorch.so. */
    static final String FOLDER = "PYTORCH_LIBRARY_PATH";

    static final String VERSION = "PYTORCH_VERSION";
    static final String FLAVOR = "PYTORCH_FLAVOR";

    /**
     * The only kind with CUDA that DJL's bridge comes in. It links to nothing of CUDA's own, so a
     * libtorch for another CUDA 12 serves as well.
     */
    private static final String CUDA = "cu128";

    /** Beside the folder: of a libtorch archive, of an installed Python package. */
    private static final Pattern WRITTEN_VERSION =
            Pattern.compile("(?:__version__ = ['\"])?(\\d+\\.\\d+\\.\\d+)");

    private ExternalTorch() {}

    /** Tells DJL about the folder that the environment names, if it names one. */
    static void configure(Map<String, String> environment) {
        String folder = environment.get(FOLDER);
        if (folder != null && !folder.isEmpty()) {
            settings(Path.of(folder), supported()).forEach(Torch::setDefault);
        }
    }

    /**
     * What DJL is to be told about a folder.
     *
     * @param supported the version that DJL's bridge was built for
     * @throws EngineException if there is no libtorch in it, or another version
     */
    static Map<String, String> settings(Path folder, String supported) {
        if (!Files.isRegularFile(folder.resolve("libtorch.so"))) {
            throw new EngineException(
                    "%s=%s has no libtorch.so (of an archive or a Python package it is the folder lib)"
                            .formatted(FOLDER, folder));
        }
        String version = version(folder.toAbsolutePath().normalize());
        if (!version.equals(supported)) {
            throw new EngineException(
                    "%s=%s is libtorch %s; it must be %s"
                            .formatted(FOLDER, folder, version, supported));
        }
        return Map.of(VERSION, version, FLAVOR, hasCuda(folder) ? CUDA : "cpu");
    }

    /** Whether the libtorch in the folder was built with CUDA. */
    static boolean hasCuda(Path folder) {
        return Files.isRegularFile(folder.resolve("libtorch_cuda.so"));
    }

    private static String version(Path folder) {
        for (String name : new String[] {"build-version", "version.py"}) {
            Path file = folder.resolveSibling(name);
            try {
                if (Files.isRegularFile(file)) {
                    Matcher match = WRITTEN_VERSION.matcher(Files.readString(file));
                    if (match.find()) {
                        return match.group(1);
                    }
                }
            } catch (IOException e) {
                throw new EngineException("%s cannot be read".formatted(file), e);
            }
        }
        return "of an unknown version (no build-version or version.py beside it)";
    }

    private static String supported() {
        var properties = new Properties();
        try (InputStream in =
                ExternalTorch.class.getResourceAsStream("/pytorch-engine.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new EngineException("pytorch-engine.properties cannot be read", e);
        }
        String version = properties.getProperty("pytorch_version");
        if (version == null) {
            throw new EngineException("DJL does not tell which libtorch it is for");
        }
        return version;
    }
}
