package dev.keelson.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.protocol.v1.Completion;
import dev.keelson.protocol.v1.RoutedTenant;
import dev.keelson.protocol.v1.TenantRate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TenantsTest {
    @TempDir Path folder;

    @Test
    void withoutTenantsAnyKeyIsIgnored() throws Exception {
        try (var engine = new CannedEngine(CannedEngine.Call::whole);
                var gateway = new GatewayUnderTest(folder).replica("a", "n1", engine, 8)) {
            assertThat(gateway.post(GatewayUnderTest.WHOLE).statusCode()).isEqualTo(200);
            assertThat(gateway.postWith("sk-any", GatewayUnderTest.WHOLE).statusCode())
                    .isEqualTo(200);
            gateway.records.settled(2);
            assertThat(gateway.records.tenants.values()).containsOnly("default");
        }
    }

    @Test
    void withTenantsEveryRequestIsCounted() throws Exception {
        try (var engine = new CannedEngine(CannedEngine.Call::whole);
                var gateway = new GatewayUnderTest(folder)) {
            gateway.replica("a", "n1", engine, 8).tenants(tenant("acme").build());
            String one = GatewayUnderTest.WHOLE.replace("\"max_tokens\":3", "\"max_tokens\":1");
            var answer =
                    gateway.postWith(
                            Map.of("Authorization", "Bearer sk-acme", "Keelson-Probe", "me"), one);
            assertThat(answer.statusCode()).isEqualTo(200);
            gateway.records.settled(1);
            assertThat(gateway.records.tenants.values()).containsExactly("acme");
        }
    }

    @Test
    void withTenantsAMissingOrWrongKeyIsRefusedAsOpenAiDoes() throws Exception {
        try (var engine = new CannedEngine(CannedEngine.Call::whole);
                var gateway = new GatewayUnderTest(folder)) {
            gateway.replica("a", "n1", engine, 8).tenants(tenant("acme").build());

            assertThat(gateway.postWith("sk-acme", GatewayUnderTest.WHOLE).statusCode())
                    .isEqualTo(200);
            for (var answer :
                    List.of(
                            gateway.post(GatewayUnderTest.WHOLE),
                            gateway.postWith("sk-wrong", GatewayUnderTest.WHOLE),
                            gateway.get("/v1/models"))) {
                assertThat(answer.statusCode()).isEqualTo(401);
                assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
                assertThat(answer.body())
                        .contains("\"type\":\"invalid_request_error\"")
                        .contains("\"code\":\"invalid_api_key\"");
            }
            assertThat(gateway.get("/healthz").statusCode()).isEqualTo(200);
            assertThat(gateway.get("/health").statusCode()).isEqualTo(200);
            gateway.records.settled(3);
            assertThat(gateway.records.tenants.values()).containsExactlyInAnyOrder("acme", "", "");
            assertThat(gateway.get("/metrics").body())
                    .contains(
                            "keelson_gateway_tenant_requests_total{outcome=\"succeeded\",tenant=\"acme\"} 1");
        }
    }

    @Test
    void overItsLimitATenantGets429WithRetryAfterAndOthersAreServed() throws Exception {
        try (var engine = new CannedEngine(CannedEngine.Call::whole);
                var gateway = new GatewayUnderTest(folder)) {
            gateway.replica("a", "n1", engine, 8)
                    .tenants(
                            tenant("acme")
                                    .setRequests(
                                            TenantRate.newBuilder().setPerSecond(0.001).setBurst(2))
                                    .build(),
                            tenant("beta").build());

            assertThat(statuses(gateway, "sk-acme", 3)).containsExactly(200, 200, 429);
            assertThat(statuses(gateway, "sk-beta", 3)).containsOnly(200);
            var refused = gateway.postWith("sk-acme", GatewayUnderTest.WHOLE);
            assertThat(refused.headers().firstValue("Retry-After")).contains("60");
            assertThat(refused.body())
                    .contains("\"type\":\"requests\"")
                    .contains("\"code\":\"rate_limit_exceeded\"");
            assertThat(gateway.records.settled(7))
                    .filteredOn(ended -> ended.getStatus() == 429)
                    .hasSize(2)
                    .allMatch(ended -> ended.getOutcome() == Completion.Outcome.SHED);
            assertThat(gateway.get("/metrics").body())
                    .contains(
                            "keelson_gateway_tenant_limited_total{limit=\"requests\",tenant=\"acme\"} 2");
        }
    }

    @Test
    void aGatewayThatStartsWithoutTheControlPlaneStillKnowsTheKeys() throws Exception {
        try (var gateway = new GatewayUnderTest(folder)) {
            gateway.tenants(tenant("acme").build());
        }
        try (var gateway = new GatewayUnderTest(folder)) {
            assertThat(gateway.post(GatewayUnderTest.WHOLE).statusCode()).isEqualTo(401);
        }
    }

    private static List<Integer> statuses(GatewayUnderTest gateway, String key, int count)
            throws Exception {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            statuses.add(gateway.postWith(key, GatewayUnderTest.WHOLE).statusCode());
        }
        return statuses;
    }

    private static RoutedTenant.Builder tenant(String name) throws NoSuchAlgorithmException {
        byte[] key = ("sk-" + name).getBytes(StandardCharsets.UTF_8);
        return RoutedTenant.newBuilder()
                .setTenant(name)
                .setWeight(1)
                .addKeySha256(
                        ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(key)));
    }
}
