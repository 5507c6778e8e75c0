package dev.keelson.manifest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** One file under check: turns marks into problems and collects them. Confined to one check. */
final class Source {
    /** More problems than this help nobody; the rest of the file is still read. */
    private static final int MOST_PROBLEMS = 50;

    private final String file;
    private final List<String> lines;
    private final List<Problem> problems = new ArrayList<>();

    Source(ManifestFile file) {
        this.file = file.name();
        this.lines = file.text().lines().toList();
    }

    void report(Node at, String message) {
        report(at.getStartMark(), message);
    }

    void report(Optional<Mark> at, String message) {
        if (at.isPresent()) {
            report(at.get().getLine(), at.get().getColumn(), message);
        } else {
            reportFile(message);
        }
    }

    /** Without the text of the line: it may hold a secret. */
    void reportHidden(Node at, String message) {
        at.getStartMark()
                .ifPresentOrElse(
                        mark ->
                                add(
                                        new Problem(
                                                file,
                                                mark.getLine() + 1,
                                                mark.getColumn() + 1,
                                                message,
                                                "")),
                        () -> reportFile(message));
    }

    void reportFile(String message) {
        add(new Problem(file, 0, 0, message, ""));
    }

    void reportUnknown(Node at, String what, String word, Collection<String> allowed) {
        report(
                at,
                "%s '%s'; %s"
                        .formatted(
                                what,
                                word,
                                Nearest.of(word, allowed)
                                        .map("did you mean '%s'?"::formatted)
                                        .orElse("allowed: " + String.join(", ", allowed))));
    }

    boolean isClean() {
        return problems.isEmpty();
    }

    int problemCount() {
        return problems.size();
    }

    List<Problem> problems() {
        return problems.stream()
                .sorted(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column))
                .toList();
    }

    String file() {
        return file;
    }

    private void report(int line, int column, String message) {
        String text = line < lines.size() ? lines.get(line) : "";
        add(new Problem(file, line + 1, column + 1, message, text));
    }

    private void add(Problem problem) {
        if (problems.size() < MOST_PROBLEMS) {
            problems.add(problem);
        }
    }
}
