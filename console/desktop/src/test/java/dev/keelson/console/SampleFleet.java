package dev.keelson.console;

import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** JSON of a made-up fleet, as the control plane would send it. */
public final class SampleFleet {
    public static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    private SampleFleet() {}

    public static String history() {
        return IntStream.range(0, 900)
                .mapToObj(i -> point(NOW.minusSeconds(900 - i), i))
                .collect(Collectors.joining(",", "[", "]"));
    }

    public static String decisions() {
        return """
        [{"id":"d-42","time":"%s","deployment":"chat","code":"DEMAND_ABOVE_TARGET","reason":"19 requests in flight and queued need 4 replicas at a target of 60 %%.",
          "actions":[{"type":"SCALE","deployment":"chat","from":3,"to":4},{"type":"START_REPLICA","target":"chat-9","node":"node-2"}],
          "inputs":[{"name":"inFlight","value":15,"ageMs":640},{"name":"kvUse","value":null,"ageMs":null}],
          "rejected":[{"candidate":"3 replicas","predictedCost":3,"predictedSlo":0.79,"constraint":"utilisation above the target"}]},
         {"id":"d-41","time":"%s","deployment":null,"code":"FROZEN","reason":"Scaling in waits for the freeze of ada to end.","actions":[],"inputs":[],"rejected":[]}]
        """
                .formatted(NOW.minusSeconds(300), NOW.minusSeconds(500));
    }

    public static String incidents() {
        return """
        [{"id":"i-7","kind":"node-lost","target":"node-4","openedAt":"%s","detectedMs":4100,"reroutedMs":4350,"recoveredMs":null,"resolvedAt":null,"decisions":[],"evidence":["silent"]}]
        """
                .formatted(NOW.minusSeconds(38));
    }

    /** One line: an event stream's data. */
    public static String snapshot() {
        return """
        {"status":{"state":"degraded","degraded":["Flink has not answered for 42 s."],"epoch":3,"paced":true,"time":"%1$s","freezes":[],"newField":{}},
         "nodes":[{"name":"node-1","region":"local","zone":"zone-a","rack":"rack-1","capacityType":"ON_DEMAND","state":"READY","cordoned":false,"heartbeatAgeMs":420},
                  {"name":"node-3","region":"local","zone":"zone-c","rack":"rack-3","capacityType":"SPOT","state":"DRAINING","cordoned":true,"heartbeatAgeMs":null,"notice":{"kind":"spot","deadline":"%1$s"}}],
         "deployments":[{"name":"chat","wanted":4,"ready":3,"minReplicas":1,"maxReplicas":4,"sloTtftMs":2000}],
         "replicas":[{"name":"chat-1","deployment":"chat","revision":2,"node":"node-1","state":"READY","inFlight":3,"queued":0,"kvUse":0.34,"startupMs":2100},
                     {"name":"chat-9","deployment":"chat","revision":2,"node":"node-1","state":"STARTING","inFlight":null,"queued":null,"kvUse":null,"startupMs":null}],
         "incidents":[],"point":%2$s}\
        """
                .formatted(NOW, point(NOW, 900))
                .replace("\n", " ");
    }

    private static String point(Instant time, int i) {
        double wave = Math.max(0, Math.sin(i / 140.0));
        boolean unknown = i > 550 && i < 580;
        int ready = 1 + (int) Math.round(wave * 3);
        return """
        {"time":"%s","deployment":"chat","wanted":%d,"ready":%d,"starting":0,"draining":%d,"inFlight":%d,"queued":0,"arrivalsPerSecond":%s,"ttftP50Seconds":0.18,"ttftP99Seconds":%s,"demandAgeMs":1200}\
        """
                .formatted(
                        time,
                        ready,
                        ready,
                        i % 140 < 8 ? 1 : 0,
                        Math.round(wave * 15),
                        unknown ? "null" : String.valueOf(1.5 + 9 * wave),
                        unknown ? "null" : String.valueOf(0.5 + 0.1 * Math.sin(i / 9.0)));
    }
}
