package dev.keelson.launcher.fleet;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the processes of a fleet running, as systemd would. Stepped by {@link #doWork}; everything
 * but {@link #submit} and {@link #call} belongs to the one thread that steps it.
 */
public final class Supervisor {
    private static final long STEP_MILLIS = 250;

    private final Map<String, Child> children = new LinkedHashMap<>();
    private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparing(Timer::due));
    private final InstantSource clock;
    private final Admission admission;
    private final Consumer<List<FleetState.Entry>> whenChanged;
    private List<FleetState.Entry> published = List.of();

    /** Something to do later. */
    private record Timer(Instant due, Runnable action) {}

    /** Whether a process may be started now; one that may not is told about and waits. */
    public interface Admission {
        /** The reason to wait, or null to start. */
        @Nullable String reasonToWait(ChildSpec spec);
    }

    /** A supervisor without children. */
    public Supervisor(
            InstantSource clock,
            Admission admission,
            Consumer<List<FleetState.Entry>> whenChanged) {
        this.clock = clock;
        this.admission = admission;
        this.whenChanged = whenChanged;
    }

    /** Runs an action on the supervisor's thread. Any thread. */
    public void submit(Runnable action) {
        inbox.add(action);
    }

    /** Computes a value on the supervisor's thread and waits for it. Any other thread. */
    public <T> T call(Supplier<T> action) {
        var answer = new CompletableFuture<T>();
        submit(() -> {
            try {
                answer.complete(action.get());
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return answer.join();
        } catch (java.util.concurrent.CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Adds a process and starts it when it may. */
    public void add(ChildSpec spec) {
        var child = new Child(spec);
        children.put(spec.name(), child);
        startOrWait(child);
    }

    /** Starts what waited under that name, if the admission now agrees. */
    public void admit(String name) {
        Child child = children.get(name);
        if (child != null && child.status() == Child.Status.WAITING) {
            startOrWait(child);
        }
    }

    /** Forgets a process; it is ended if it still runs. */
    public boolean remove(String name) {
        Child child = children.remove(name);
        if (child == null) {
            return false;
        }
        child.stop();
        child.terminate();
        return true;
    }

    /** Whether a process of that name is known. */
    public boolean knows(String name) {
        return children.containsKey(name);
    }

    /** The kill -9 of one process; it comes back with back-off. */
    public boolean kill(String name) {
        Child child = children.get(name);
        if (child == null || !child.isAlive()) {
            return false;
        }
        child.kill();
        return true;
    }

    /** Kills a process and keeps it away until that moment, or until release when null. */
    public boolean hold(String name, @Nullable Instant until, String reason) {
        Child child = children.get(name);
        if (child == null) {
            return false;
        }
        child.hold(until, reason);
        child.kill();
        return true;
    }

    /** Ends a hold. */
    public boolean release(String name) {
        Child child = children.get(name);
        if (child == null) {
            return false;
        }
        child.release(clock.instant());
        return true;
    }

    /** Does something after a delay. */
    public void after(Duration delay, Runnable action) {
        timers.add(new Timer(clock.instant().plus(delay), action));
    }

    /** The known processes, in the order of their addition. */
    public List<FleetState.Entry> entries() {
        return children.values().stream().map(Child::entry).toList();
    }

    /** The process of that name. */
    public Optional<FleetState.Entry> entry(String name) {
        return Optional.ofNullable(children.get(name)).map(Child::entry);
    }

    /** One step: waits a quarter of a second at most for something to do, then does all of it. */
    public void doWork() throws InterruptedException {
        Runnable action = inbox.poll(STEP_MILLIS, TimeUnit.MILLISECONDS);
        while (action != null) {
            action.run();
            action = inbox.poll();
        }
        Instant now = clock.instant();
        for (Timer timer = timers.peek();
                timer != null && !timer.due().isAfter(now);
                timer = timers.peek()) {
            timers.poll();
            timer.action().run();
        }
        for (Child child : List.copyOf(children.values())) {
            child.observe(now);
            if (child.isDue(now) && !child.isAlive()) {
                startOrWait(child);
            }
        }
        publish();
    }

    /**
     * Ends all processes, group after group: first orderly, then by force.
     *
     * @param groups kinds that end together, with the time they may take
     */
    public void shutDown(List<Group> groups) throws InterruptedException {
        timers.clear();
        children.values().forEach(Child::stop);
        for (Group group : groups) {
            List<Child> members =
                    children.values().stream()
                            .filter(child -> group.kinds().contains(child.spec().kind()))
                            .toList();
            members.forEach(Child::terminate);
            Instant limit = clock.instant().plus(group.limit());
            while (members.stream().anyMatch(Child::isAlive) && clock.instant().isBefore(limit)) {
                inbox.poll(50, TimeUnit.MILLISECONDS);
            }
            members.forEach(Child::kill);
            publish();
        }
        children.values().forEach(Child::kill);
        var left = new ArrayList<>(children.values());
        while (left.stream().anyMatch(Child::isAlive)) {
            inbox.poll(20, TimeUnit.MILLISECONDS);
        }
        publish();
    }

    /**
     * Processes that end together.
     *
     * @param kinds as {@code status} shows them
     * @param limit how long they may take before they are killed
     */
    public record Group(List<String> kinds, Duration limit) {}

    private void startOrWait(Child child) {
        String reason = admission.reasonToWait(child.spec());
        if (reason == null) {
            child.start(clock.instant(), () -> submit(() -> {}));
        } else {
            child.await(reason);
        }
    }

    private void publish() {
        List<FleetState.Entry> now = entries();
        if (!now.equals(published)) {
            published = now;
            whenChanged.accept(now);
        }
    }

    /** Writes a file, or says that it could not. */
    static void tell(String what, IOException e) {
        System.err.printf("The supervisor could not %s: %s%n", what, e.getMessage());
    }
}
