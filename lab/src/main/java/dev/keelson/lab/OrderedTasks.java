package dev.keelson.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Runs independent tasks on some threads and hands their results back in the order of the tasks, so
 * that threads never change a byte.
 */
public final class OrderedTasks {
    private OrderedTasks() {}

    /** One result per task, in their order. */
    public static <T, R> List<R> map(int threads, List<T> tasks, Function<T, R> function) {
        try (var executor =
                Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().daemon().name("study-", 0).factory())) {
            var futures = new ArrayList<Future<R>>();
            for (var task : tasks) {
                futures.add(executor.submit(() -> function.apply(task)));
            }
            var results = new ArrayList<R>();
            for (var future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a study ran.", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
