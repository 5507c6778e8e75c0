package dev.keelson.simulator.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixCacheTest {
    @Test
    void matchesOnlyAnUnbrokenPrefix() {
        var cache = new PrefixCache(8);
        cache.use(List.of(1L, 2L, 3L));

        assertThat(cache.match(List.of(1L, 2L, 9L))).isEqualTo(2);
        assertThat(cache.match(List.of(9L, 2L, 3L))).isZero();
        assertThat(cache.match(List.of(1L, 2L, 3L, 4L))).isEqualTo(3);
    }

    @Test
    void dropsTheLeastRecentlyUsedPromptFromItsEnd() {
        var cache = new PrefixCache(4);
        cache.use(List.of(1L, 2L, 3L));
        cache.use(List.of(7L, 8L));

        assertThat(cache.match(List.of(1L, 2L, 3L))).isEqualTo(2);
        assertThat(cache.match(List.of(7L, 8L))).isEqualTo(2);
    }

    @Test
    void usingAPromptAgainKeepsItAndLookingDoesNot() {
        var used = new PrefixCache(4);
        used.use(List.of(1L, 2L));
        used.use(List.of(3L, 4L));
        assertThat(used.use(List.of(1L, 2L))).isZero();
        used.use(List.of(5L, 6L));
        assertThat(used.match(List.of(1L, 2L))).isEqualTo(2);
        assertThat(used.match(List.of(3L, 4L))).isZero();

        var looked = new PrefixCache(4);
        looked.use(List.of(1L, 2L));
        looked.use(List.of(3L, 4L));
        assertThat(looked.match(List.of(1L, 2L))).isEqualTo(2);
        looked.use(List.of(5L, 6L));
        assertThat(looked.match(List.of(1L, 2L))).isZero();
    }

    @Test
    void keepsTheBeginningOfAPromptThatIsLongerThanTheCache() {
        var cache = new PrefixCache(2);
        cache.use(List.of(8L, 9L));

        assertThat(cache.use(List.of(1L, 2L, 3L, 4L))).isEqualTo(4);
        assertThat(cache.match(List.of(1L, 2L, 3L, 4L))).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithASlowCacheThatKeepsAListByUse(long seed) {
        var random = new Random(seed);
        int capacity = 1 + random.nextInt(12);
        var cache = new PrefixCache(capacity);
        var slow = new ArrayList<Long>(); // oldest use first
        for (int round = 0; round < 500; round++) {
            var prompt = new ArrayList<Long>();
            long conversation = random.nextInt(6) * 100L;
            for (long i = 0, length = 1L + random.nextInt(8); i < length; i++) {
                prompt.add(i == 0 ? 0 : conversation + i);
            }
            int matched = 0;
            while (matched < prompt.size() && slow.contains(prompt.get(matched))) {
                matched++;
            }
            assertThat(cache.match(prompt)).isEqualTo(matched);
            cache.use(prompt);
            slow.removeAll(prompt);
            slow.addAll(prompt.reversed());
            while (slow.size() > capacity) {
                slow.removeFirst();
            }
            assertThat(cache.size()).isEqualTo(slow.size()).isLessThanOrEqualTo(capacity);
        }
    }
}
