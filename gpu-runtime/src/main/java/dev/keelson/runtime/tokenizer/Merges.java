package dev.keelson.runtime.tokenizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** Merges neighbouring tokens, the lowest rank first, of equal ranks the leftmost. */
final class Merges {
    private record Candidate(int rank, int at, int left, int right, int result) {}

    private final Map<Long, Merge> byPair;

    Merges(List<Merge> merges) {
        byPair = new HashMap<>(2 * merges.size());
        merges.forEach(m -> byPair.putIfAbsent(pair(m.left(), m.right()), m));
    }

    /**
     * Appends what {@code token} becomes to {@code out}. Over a linked list: n log n, since a
     * client chooses the text.
     *
     * @param token overwritten by this call
     */
    void apply(int[] token, IntList out) {
        int n = token.length;
        int[] next = new int[n];
        int[] previous = new int[n];
        var queue = new PriorityQueue<Candidate>(Merges::order);
        for (int i = 0; i < n; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
            if (i + 1 < n) {
                offer(queue, token, i, i + 1);
            }
        }
        for (Candidate m = queue.poll(); m != null; m = queue.poll()) {
            int i = m.at();
            int j = next[i];
            if (token[i] != m.left() || j >= n || token[j] != m.right()) {
                continue;
            }
            token[i] = m.result();
            token[j] = -1;
            next[i] = next[j];
            if (next[i] < n) {
                previous[next[i]] = i;
                offer(queue, token, i, next[i]);
            }
            if (previous[i] >= 0) {
                offer(queue, token, previous[i], i);
            }
        }
        for (int i = 0; i < n; i = next[i]) {
            out.add(token[i]);
        }
    }

    private void offer(PriorityQueue<Candidate> queue, int[] token, int i, int j) {
        Merge m = byPair.get(pair(token[i], token[j]));
        if (m != null) {
            queue.add(new Candidate(m.rank(), i, m.left(), m.right(), m.result()));
        }
    }

    private static int order(Candidate a, Candidate b) {
        int byRank = Integer.compare(a.rank(), b.rank());
        return byRank != 0 ? byRank : Integer.compare(a.at(), b.at());
    }

    private static long pair(int left, int right) {
        return ((long) left << 32) | (right & 0xFFFFFFFFL);
    }
}
