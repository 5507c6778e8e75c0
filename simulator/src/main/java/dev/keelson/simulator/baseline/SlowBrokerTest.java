package dev.keelson.simulator.baseline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Cruise Control's finder of slow brokers, with replicas for brokers. Its log flush time is the
 * time of a token here (P99.9 over the requests that ended in a round), its bytes in are tokens. A
 * replica is suspect in a round when its time lies above {@code slowSeconds} and both its time and
 * its time per token rate are more than three times the P90 of its own history or the P50 of its
 * peers. Suspicion adds 1 to its score, a clean round takes 1; from 5 on it is to be relieved, from
 * 50 on to be removed. Where that were more than a tenth of all, nothing is done but to tell. From
 * its description; the bounds in seconds and rates are ours, since one second for a flush says
 * nothing about a token. Mutable.
 */
public final class SlowBrokerTest {
    private static final double HISTORY_FACTOR = 3;
    private static final double PEER_FACTOR = 3;
    private static final int HISTORY_ROUNDS = 20;
    private static final double LEAST_HISTORY_SECONDS = 0.005;
    private static final int RELIEVE_SCORE = 5;
    private static final int REMOVE_SCORE = 50;
    private static final double MOST_SHARE = 0.1;

    private final double slowSeconds;
    private final double leastTokensPerSecond;
    private final SortedMap<String, ArrayDeque<Sample>> histories = new TreeMap<>();
    private final SortedMap<String, Integer> scores = new TreeMap<>();

    /**
     * @param slowSeconds a token that takes no longer is never slow; one second in the original
     * @param leastTokensPerSecond replicas with less to do are not judged; 1,024 KB/s in the
     *     original
     */
    public SlowBrokerTest(double slowSeconds, double leastTokensPerSecond) {
        this.slowSeconds = slowSeconds;
        this.leastTokensPerSecond = leastTokensPerSecond;
    }

    /**
     * What one replica did in a round.
     *
     * @param tokenSeconds P99.9 of the time per token of the requests that ended in it
     * @param tokensPerSecond generated
     */
    public record Sample(String replica, double tokenSeconds, double tokensPerSecond) {
        double perRate() {
            return tokenSeconds / tokensPerSecond;
        }
    }

    /**
     * @param relieve to get no more work
     * @param remove to be taken out
     * @param unfixable they are too many: told, not done
     */
    public record Verdict(List<String> relieve, List<String> remove, boolean unfixable) {
        public Verdict {
            relieve = List.copyOf(relieve);
            remove = List.copyOf(remove);
        }
    }

    /** Judges one round. */
    public Verdict round(Collection<Sample> samples) {
        var known = new TreeSet<String>();
        var judged = new ArrayList<Sample>();
        for (Sample s : samples) {
            known.add(s.replica());
            if (s.tokensPerSecond() >= leastTokensPerSecond && !Double.isNaN(s.tokenSeconds())) {
                judged.add(s);
            }
        }
        histories.keySet().retainAll(known);
        scores.keySet().retainAll(known);
        var suspects = new TreeSet<String>();
        for (Sample s : judged) {
            if (isSuspect(s, judged)) {
                suspects.add(s.replica());
            }
        }
        for (Sample s : judged) {
            int change = suspects.contains(s.replica()) ? 1 : -1;
            int score = Math.min(REMOVE_SCORE, scores.getOrDefault(s.replica(), 0) + change);
            if (score <= 0) {
                scores.remove(s.replica());
            } else {
                scores.put(s.replica(), score);
            }
            remember(s);
        }
        return verdict(known.size());
    }

    private Verdict verdict(int all) {
        var relieve = new ArrayList<String>();
        var remove = new ArrayList<String>();
        scores.forEach((replica, score) -> {
            if (score >= REMOVE_SCORE) {
                remove.add(replica);
            } else if (score >= RELIEVE_SCORE) {
                relieve.add(replica);
            }
        });
        return new Verdict(relieve, remove, relieve.size() + remove.size() > MOST_SHARE * all);
    }

    private boolean isSuspect(Sample s, List<Sample> all) {
        if (s.tokenSeconds() <= slowSeconds) {
            return false;
        }
        var history = histories.getOrDefault(s.replica(), new ArrayDeque<>());
        var peers = all.stream().filter(o -> !o.replica().equals(s.replica())).toList();
        boolean slow =
                exceeds(
                        s.tokenSeconds(),
                        history.stream().mapToDouble(Sample::tokenSeconds).toArray(),
                        peers.stream().mapToDouble(Sample::tokenSeconds).toArray());
        return slow
                && exceeds(
                        s.perRate(),
                        history.stream().mapToDouble(Sample::perRate).toArray(),
                        peers.stream().mapToDouble(Sample::perRate).toArray());
    }

    private static boolean exceeds(double value, double[] history, double[] peers) {
        return (history.length > 0 && value > HISTORY_FACTOR * percentile(history, 0.9))
                || (peers.length > 0 && value > PEER_FACTOR * percentile(peers, 0.5));
    }

    private void remember(Sample s) {
        if (s.tokenSeconds() <= LEAST_HISTORY_SECONDS) {
            return;
        }
        var history = histories.computeIfAbsent(s.replica(), r -> new ArrayDeque<>());
        history.add(s);
        if (history.size() > HISTORY_ROUNDS) {
            history.removeFirst();
        }
    }

    /** Nearest rank. */
    public static double percentile(double[] values, double level) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) Math.ceil(level * sorted.length) - 1)];
    }
}
