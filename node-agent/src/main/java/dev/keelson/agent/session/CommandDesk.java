package dev.keelson.agent.session;

import dev.keelson.agent.supervise.ReplicaSpec;
import dev.keelson.agent.supervise.ReplicaSupervisor;
import dev.keelson.agent.supervise.Verdict;
import dev.keelson.protocol.v1.Command;
import dev.keelson.protocol.v1.CommandResult;
import dev.keelson.protocol.v1.CommandResult.Status;
import dev.keelson.protocol.v1.StartReplica;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes commands: none twice, none of an older epoch, none too late. Every command is answered. Not
 * thread-safe: the agent's loop owns it.
 */
public final class CommandDesk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommandDesk.class);
    private static final Pattern IDENTIFIER = Pattern.compile("[\\x21-\\x7e]{1,128}");
    private static final Duration DEFAULT_LIFE = Duration.ofSeconds(10);
    private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(30);

    private final CommandJournal journal;
    private final ReplicaSupervisor supervisor;
    private final InstantSource clock;

    public CommandDesk(Path journal, ReplicaSupervisor supervisor, InstantSource clock)
            throws IOException {
        this.journal = new CommandJournal(journal);
        this.supervisor = supervisor;
        this.clock = clock;
    }

    public long highestEpoch() {
        return journal.highestEpoch();
    }

    /** The control plane named its epoch in an acknowledgement. */
    public void sawEpoch(long epoch) {
        try {
            journal.raise(epoch);
        } catch (IOException failed) {
            LOG.error("the epoch {} could not be written down: {}", epoch, failed.toString());
        }
    }

    /**
     * @param receivedAt when the command arrived, by this machine's clock: its time to live counts
     *     from there
     */
    public CommandResult execute(Command command, Instant receivedAt) {
        CommandResult result = judge(command, receivedAt);
        LOG.info(
                "command {} {} epoch {}: {} {}",
                command.getCommandId(),
                command.getBodyCase(),
                command.getEpoch(),
                result.getStatus(),
                result.getMessage());
        return result;
    }

    private CommandResult judge(Command command, Instant receivedAt) {
        String id = command.getCommandId();
        if (!IDENTIFIER.matcher(id).matches()) {
            return answer(
                    command, Status.REFUSED, "A command id is 1 to 128 printable characters.");
        }
        if (command.getEpoch() < 0 || command.getEpoch() < journal.highestEpoch()) {
            return answer(
                    command,
                    Status.STALE_EPOCH,
                    "The highest epoch seen is %d.".formatted(journal.highestEpoch()));
        }
        if (journal.knows(id)) {
            return answer(command, Status.DUPLICATE, "");
        }
        Duration life =
                command.getTtlMs() == 0 ? DEFAULT_LIFE : Duration.ofMillis(command.getTtlMs());
        Duration age = Duration.between(receivedAt, clock.instant());
        if (age.compareTo(life) > 0 || life.isNegative()) {
            return answer(
                    command,
                    Status.EXPIRED,
                    "It waited %d ms of %d.".formatted(age.toMillis(), life.toMillis()));
        }
        try {
            journal.record(command.getEpoch(), id);
        } catch (IOException failed) {
            return answer(
                    command,
                    Status.REFUSED,
                    "The command could not be written down: " + failed.getMessage());
        }
        return switch (perform(command)) {
            case Verdict.Accepted _ -> answer(command, Status.ACCEPTED, "");
            case Verdict.Duplicate duplicate ->
                    answer(command, Status.DUPLICATE, duplicate.message());
            case Verdict.Refused refused -> answer(command, Status.REFUSED, refused.message());
        };
    }

    private Verdict perform(Command command) {
        return switch (command.getBodyCase()) {
            case START -> supervisor.start(spec(command.getStart()));
            case DRAIN ->
                    supervisor.drain(
                            command.getDrain().getReplica(),
                            deadline(command.getDrain().getDeadlineMs()),
                            reason(command.getDrain().getReason()));
            case STOP ->
                    supervisor.stop(
                            command.getStop().getReplica(), reason(command.getStop().getReason()));
            case RELEASE ->
                    supervisor.release(deadline(command.getRelease().getDeadlineMs()), "released");
            case BODY_NOT_SET -> new Verdict.Refused("This agent does not know the command.");
        };
    }

    private static Duration deadline(long ms) {
        return ms <= 0 ? DEFAULT_DRAIN : Duration.ofMillis(ms);
    }

    private static String reason(String given) {
        return given.isBlank() ? "command" : given;
    }

    private static ReplicaSpec spec(StartReplica start) {
        var engine = start.getEngine();
        return new ReplicaSpec(
                start.getReplica(),
                start.getDeployment(),
                start.getRevision(),
                engine.getEngine(),
                engine.getModel(),
                engine.getServedModel(),
                new TreeMap<>(engine.getKnobsMap()),
                new TreeMap<>(engine.getAdaptersMap()),
                start.getThousandths());
    }

    private static CommandResult answer(Command command, Status status, String message) {
        return CommandResult.newBuilder()
                .setCommandId(command.getCommandId())
                .setStatus(status)
                .setMessage(message)
                .build();
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
