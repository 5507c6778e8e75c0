package dev.keelson.exchange.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.demand.Indicator;
import dev.keelson.protocol.RecordCodec;
import dev.keelson.protocol.Topics;
import dev.keelson.protocol.v1.ClassArrivals;
import dev.keelson.protocol.v1.ClassShare;
import dev.keelson.protocol.v1.DemandRecord;
import dev.keelson.protocol.v1.DemandTotals;
import dev.keelson.protocol.v1.DemandWindow;
import dev.keelson.protocol.v1.ForecastRecord;
import dev.keelson.protocol.v1.IndicatorPaths;
import dev.keelson.protocol.v1.ModelShare;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class DemandFeedTest implements DemandFeed.Listener {
    private final ManualClock clock = new ManualClock();
    private final MockConsumer<byte[], byte[]> kafka = new MockConsumer<>("earliest");
    private final List<DemandFeed.Totals> totals = new ArrayList<>();
    private final List<DemandFeed.Window> windows = new ArrayList<>();

    @Test
    void setsWhatItCannotDecodeAsideWithACountAndASampleAndReadsOn() {
        offer(Topics.DEMAND.name(), Topics.SLO.name());
        try (var feed = new DemandFeed(() -> kafka, this, null, clock)) {
            kafka.schedulePollTask(() -> {
                add(Topics.DEMAND.name(), 0, "no record".getBytes(StandardCharsets.UTF_8));
                add(Topics.DEMAND.name(), 1, null);
                add(Topics.DEMAND.name(), 2, new byte[0]);
                add(Topics.SLO.name(), 0, new byte[] {(byte) 0xff, (byte) 0xff});
                add(
                        Topics.DEMAND.name(),
                        3,
                        RecordCodec.DEMAND.encode(
                                DemandRecord.newBuilder()
                                        .setVersion(RecordCodec.VERSION)
                                        .setDeployment("chat")
                                        .setTotals(DemandTotals.newBuilder().setArrivals(7))
                                        .build()));
            });
            assertThat(feed.poll(Duration.ZERO)).isEqualTo(5);
            assertThat(feed.state().records()).isEqualTo(5);
            assertThat(feed.state().undecodable()).isEqualTo(4);
            assertThat(feed.state().sample()).contains("@").doesNotContain("no record");
            assertThat(feed.state().connected()).isTrue();
            assertThat(totals).extracting(DemandFeed.Totals::arrivals).containsExactly(7L);
        }
    }

    @Test
    void isConnectedOnceKafkaAnswersThoughThereIsNothingToReadUntilItFails() {
        offer(Topics.DEMAND.name(), Topics.SLO.name());
        try (var feed = new DemandFeed(() -> kafka, this, null, clock)) {
            assertThat(feed.state().connected()).isFalse();
            assertThat(feed.poll(Duration.ZERO)).isZero();
            assertThat(feed.state().connected()).isTrue();
            kafka.setPollException(new KafkaException("away"));
            assertThat(feed.poll(Duration.ZERO)).isZero();
            assertThat(feed.state().connected()).isFalse();
        }
    }

    @Test
    void tellsTheClassesOfAWindow() {
        offer(Topics.DEMAND.name(), Topics.SLO.name());
        try (var feed = new DemandFeed(() -> kafka, this, null, clock)) {
            kafka.schedulePollTask(() ->
                    add(
                            Topics.DEMAND.name(),
                            0,
                            RecordCodec.DEMAND.encode(
                                    DemandRecord.newBuilder()
                                            .setVersion(RecordCodec.VERSION)
                                            .setDeployment("chat")
                                            .setWindow(
                                                    DemandWindow.newBuilder()
                                                            .setSizeMs(1_000)
                                                            .setArrivals(9)
                                                            .addClasses(
                                                                    ClassArrivals.newBuilder()
                                                                            .setTenant("batch")
                                                                            .setPromptBelow(64)
                                                                            .setArrivals(7)))
                                            .build())));
            assertThat(feed.poll(Duration.ZERO)).isEqualTo(1);
        }
        assertThat(windows)
                .singleElement()
                .satisfies(window -> {
                    assertThat(window.arrivals()).isEqualTo(9);
                    assertThat(window.classes())
                            .containsExactly(new DemandFeed.ClassArrivals("batch", 64, 7));
                });
    }

    @Test
    void givesForecastsToWhoWantsThemAndSetsAsideWhatIsNone() {
        offer(Topics.DEMAND.name(), Topics.SLO.name(), Topics.FORECASTS.name());
        var seen = new ArrayList<Expected>();
        try (var feed = new DemandFeed(() -> kafka, this, seen::add, clock)) {
            kafka.schedulePollTask(() -> {
                add(Topics.FORECASTS.name(), 0, forecast(-1));
                add(Topics.FORECASTS.name(), 1, forecast(12.345678f));
            });
            assertThat(feed.poll(Duration.ZERO)).isEqualTo(2);
            assertThat(feed.state().undecodable()).isEqualTo(1);
        }
        assertThat(seen)
                .singleElement()
                .satisfies(expected -> {
                    assertThat(expected.deployment()).isEqualTo("chat");
                    assertThat(expected.error()).isNull();
                    assertThat(expected.models()).containsEntry("level-0.5", 0.75);
                    assertThat(expected.classes())
                            .containsExactly(new Expected.ClassShare("batch", 1_024, .5, 2));
                    assertThat(expected.forecast().origin().toEpochMilli()).isEqualTo(50_000);
                    assertThat(
                                    Objects.requireNonNull(
                                                    expected.forecast().of(Indicator.REQUESTS))
                                            .at(1, 2))
                            .isEqualTo(12.35);
                });
    }

    private static byte[] forecast(float value) {
        var paths = IndicatorPaths.newBuilder().setIndicator(IndicatorPaths.Indicator.REQUESTS);
        for (int i = 0; i < 6; i++) {
            paths.addValues(value);
        }
        return RecordCodec.FORECASTS.encode(
                ForecastRecord.newBuilder()
                        .setVersion(RecordCodec.VERSION)
                        .setDeployment("chat")
                        .setOriginMs(50_000)
                        .setStepMs(10_000)
                        .setSteps(3)
                        .setPaths(2)
                        .addIndicators(paths)
                        .addModels(ModelShare.newBuilder().setModel("level-0.5").setShare(.75))
                        .addClasses(
                                ClassShare.newBuilder()
                                        .setTenant("batch")
                                        .setPromptBelow(1_024)
                                        .setShare(.5)
                                        .setCluster(2))
                        .build());
    }

    private void offer(String... topics) {
        var node = new Node(1, "127.0.0.1", 1);
        for (var topic : topics) {
            var nodes = new Node[] {node};
            kafka.updatePartitions(topic, List.of(new PartitionInfo(topic, 0, node, nodes, nodes)));
            kafka.updateBeginningOffsets(Map.of(new TopicPartition(topic, 0), 0L));
        }
    }

    private void add(String topic, long offset, byte @org.jspecify.annotations.Nullable [] value) {
        kafka.addRecord(new ConsumerRecord<>(topic, 0, offset, null, value));
    }

    @Override
    public void window(DemandFeed.Window window) {
        windows.add(window);
    }

    @Override
    public void totals(DemandFeed.Totals newest) {
        totals.add(newest);
    }

    @Override
    public void slo(DemandFeed.SloWindow window) {}

    @Override
    public void undecodableAtJob(long count) {}
}
