package dev.keelson.runtime.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Python script of this package that runs a peer; the product needs none.
 *
 * @param name of the resource; without arguments it ends with 0 where its packages are there
 * @param variable of the environment that names the Python; python3 where it is not set
 * @param packages that the script needs, as pip takes them
 */
record PeerScript(String name, String variable, String packages) {
    /** Whether a Python with the packages is at hand; says what is missing if not. */
    boolean isThere(Path folder) throws IOException, InterruptedException {
        Process process = start(folder);
        process.getInputStream().readAllBytes();
        boolean there = process.waitFor() == 0;
        if (!there) {
            System.out.printf(
                    "%s is left out: %s lacks a package (pip install %s, then %s=PYTHON)%n",
                    name, python(), packages, variable);
        }
        return there;
    }

    /**
     * Starts the script; what it writes to its standard error is dropped.
     *
     * @param folder that the script is copied to
     */
    Process start(Path folder, String... arguments) throws IOException {
        Path script = folder.resolve(name);
        if (!Files.exists(script)) {
            try (InputStream in = PeerScript.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IOException(name + " is not in the jar");
                }
                Files.copy(in, script);
            }
        }
        List<String> command = new ArrayList<>(List.of(python(), script.toString()));
        command.addAll(List.of(arguments));
        try {
            return new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new IOException(
                    "%s does not start; set %s to a Python with %s"
                            .formatted(python(), variable, packages),
                    e);
        }
    }

    private String python() {
        String named = System.getenv(variable);
        return named == null ? "python3" : named;
    }
}
