package dev.keelson.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.protocol.v1.Completion;
import dev.keelson.protocol.v1.Completion.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests for an adapter of a deployment's model. */
class AdaptersTest {
    private static final String POLITE =
            "{\"model\":\"polite\",\"prompt\":\"hi\",\"max_tokens\":6,\"stream\":true}";

    @TempDir Path data;

    @Test
    void goToReplicasThatHaveItUnderItsName() throws Exception {
        List<String> bodies = new CopyOnWriteArrayList<>();
        // Equal waits: the first by name would be taken.
        try (var without = new CannedEngine(call -> call.stream(3));
                var with =
                        new CannedEngine(call -> {
                            bodies.add(call.body());
                            call.stream(3);
                        });
                var gateway =
                        new GatewayUnderTest(data)
                                .replica("a", "n1", without, 8)
                                .replicaWith("polite", "b", "n2", with)) {
            assertThat(gateway.post(POLITE).body()).endsWith("data: [DONE]\n\n");
            assertThat(bodies).singleElement().asString().contains("\"model\":\"polite\"");
            assertThat(without.requests).hasValue(0);
            assertThat(gateway.records.settled(1)).allMatch(c -> c.getReplica().equals("b"));
            assertThat(gateway.records.arrivals.values()).containsExactly("chat");
        }
    }

    @Test
    void waitForAReplicaThatHasIt() throws Exception {
        try (var without = new CannedEngine(call -> call.stream(3));
                var with = new CannedEngine(call -> call.stream(3));
                var gateway = new GatewayUnderTest(data).replicaWith("other", "a", "n1", without)) {
            gateway.replicaWith("polite", "b", "n2", with).replica("b", "n2", with, 8);
            var answer = gateway.postLater(POLITE);
            GatewayUnderTest.eventually(
                    "it waits",
                    () -> gateway.gateway.dispatcher().snapshot().getFirst().queued() == 1);
            gateway.replicaWith("polite", "b", "n2", with);
            assertThat(answer.get().body()).endsWith("data: [DONE]\n\n");
            assertThat(without.requests).hasValue(0);
        }
    }

    @Test
    void goOnInMidStreamOnAnotherReplicaThatHasIt() throws Exception {
        List<String> bodies = new CopyOnWriteArrayList<>();
        FollowableEngine.Fate dying =
                (said, call) -> {
                    if (said == 2) {
                        call.engine().die();
                        throw new IOException("died");
                    }
                };
        var follower = FollowableEngine.healthy();
        try (var first = new CannedEngine(FollowableEngine.script(dying));
                var without = new CannedEngine(FollowableEngine.healthy());
                var second =
                        new CannedEngine(call -> {
                            bodies.add(call.body());
                            follower.answer(call);
                        });
                var gateway =
                        new GatewayUnderTest(data)
                                .replicaWith("polite", "a", "n1", first)
                                .replica("b", "n2", without, 8)
                                .replicaWith("polite", "c", "n3", second)) {
            String body = gateway.post(POLITE).body();
            assertThat(body).endsWith("data: [DONE]\n\n");
            for (int i = 0; i < 6; i++) {
                assertThat(body.split("\\[" + i + "]\"", -1)).as("token " + i).hasSize(2);
            }
            assertThat(bodies)
                    .singleElement()
                    .asString()
                    .contains("\"model\":\"polite\"", "\"continuation\"");
            assertThat(without.requests).hasValue(0);
            Completion record = gateway.records.settled(1).getFirst();
            assertThat(record.getOutcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(record.getOutputTokens()).isEqualTo(6);
            assertThat(record.getReplica()).isEqualTo("c");
        }
    }

    @Test
    void areListedWithTheirModelAndUnknownOnesRefused() throws Exception {
        try (var engine = new CannedEngine(call -> call.stream(3));
                var gateway = new GatewayUnderTest(data).replicaWith("polite", "a", "n1", engine)) {
            assertThat(gateway.get("/v1/models").body())
                    .contains("\"id\":\"tiny\"", "\"id\":\"polite\"", "\"parent\":\"tiny\"");
            var answer = gateway.post(POLITE.replace("polite", "rude"));
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body()).contains("\"code\":\"model_not_found\"", "rude");
            assertThat(engine.requests).hasValue(0);
        }
    }
}
