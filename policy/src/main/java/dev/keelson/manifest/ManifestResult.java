package dev.keelson.manifest;

import java.util.List;

/** What a check found: everything that the manifests say, or everything that is wrong with them. */
public sealed interface ManifestResult {
    record Valid(ManifestSet manifests) implements ManifestResult {}

    /**
     * @param problems at least one, in the order of files and lines
     */
    record Invalid(List<Problem> problems) implements ManifestResult {
        public Invalid {
            problems = List.copyOf(problems);
        }

        /** All problems as a compiler shows them, one after the other. */
        public String render() {
            return String.join(
                    System.lineSeparator(), problems.stream().map(Problem::render).toList());
        }
    }
}
