package dev.keelson.agent.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What this agent was told to do, one line each: {@code epoch id}. A line is on disk before its
 * command is executed, so that none is executed twice, however the agent ends. Keeps the newest
 * commands. Not thread-safe.
 */
final class CommandJournal implements AutoCloseable {
    private static final int KEPT = 4096;

    private final Path file;
    private final Set<String> known = new LinkedHashSet<>();
    private FileChannel channel;
    private long highestEpoch;
    private int lines;

    CommandJournal(Path file) throws IOException {
        this.file = file;
        Files.createDirectories(file.toAbsolutePath().getParent());
        if (Files.exists(file)) {
            Files.readString(file).lines().forEach(this::replay);
        }
        this.channel = open();
        if (lines > 2 * KEPT) {
            compact();
        } else {
            // A line that a crash cut short must not swallow the next one.
            append("");
        }
    }

    long highestEpoch() {
        return highestEpoch;
    }

    boolean knows(String id) {
        return known.contains(id);
    }

    /**
     * @throws IOException where it could not be made durable; then the command must not be executed
     */
    void record(long epoch, String id) throws IOException {
        append(epoch + " " + id);
        channel.force(false);
        remember(epoch, id);
        if (lines > 2 * KEPT) {
            compact();
        }
    }

    /** A higher epoch was seen without a command. */
    void raise(long epoch) throws IOException {
        if (epoch > highestEpoch) {
            append(epoch + " -");
            channel.force(false);
            highestEpoch = epoch;
        }
    }

    private void replay(String line) {
        String[] words = line.split(" ", 2);
        if (words.length < 2
                || words[0].isEmpty()
                || words[0].length() > 18
                || !words[0].chars().allMatch(Character::isDigit)) {
            return;
        }
        lines++;
        remember(Long.parseLong(words[0]), words[1]);
    }

    private void remember(long epoch, String id) {
        highestEpoch = Math.max(highestEpoch, epoch);
        if (!id.equals("-") && known.add(id) && known.size() > KEPT) {
            known.remove(known.iterator().next());
        }
    }

    private void append(String line) throws IOException {
        var bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        lines++;
    }

    private void compact() throws IOException {
        var text = new StringBuilder().append(highestEpoch).append(" -\n");
        known.forEach(id -> text.append("0 ").append(id).append('\n'));
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(next, text);
        channel.close();
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        channel = open();
        lines = known.size() + 1;
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
