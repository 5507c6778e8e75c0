// A made-up fleet for working on the page without one. Serves the built page under the policy that the control plane uses.
// Usage: node test/fixture-server.mjs [port] [ready|degraded|empty|unauthorised]
import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import process from 'node:process';

const port = Number(process.argv[2] ?? 5190);
const mode = process.argv[3] ?? 'ready';
const ROOT = 'target/classes/keelson-web';
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";
const start = Date.now();
const iso = (ms) => new Date(ms).toISOString();

function point(at) {
  const age = (start - at) / 1000;
  const wave = Math.max(0, Math.sin((900 - age) / 140));
  const noise = Math.sin(at / 1700) * 0.5 + Math.sin(at / 530) * 0.4;
  const rate = 1.5 + 9 * wave + noise;
  const calm = 1.5 + 9 * wave;
  const wanted = calm > 8.5 ? 4 : calm > 5.5 ? 3 : calm > 3 ? 2 : 1;
  const lagged = 1.5 + 9 * Math.max(0, Math.sin((900 - age - 12) / 140));
  const ready = Math.min(4, lagged > 8.5 ? 4 : lagged > 5.5 ? 3 : lagged > 3 ? 2 : 1);
  const unknown = age > 320 && age < 350;
  return {
    time: iso(at), deployment: 'chat', wanted, ready, starting: Math.max(0, wanted - ready), draining: Math.max(0, ready - wanted),
    inFlight: Math.round(rate * 1.7), queued: Math.max(0, Math.round((wanted - ready) * 3 + noise)),
    arrivalsPerSecond: unknown ? null : Math.max(0, rate), outputTokensPerSecond: unknown ? null : rate * 42,
    ttftP50Seconds: unknown ? null : 0.18 + 0.03 * (wanted - ready) + 0.01 * noise,
    ttftP99Seconds: unknown ? null : 0.52 + 0.7 * Math.max(0, wanted - ready) + 0.08 * Math.abs(noise),
    demandReplicas: unknown ? null : Math.max(0, rate) / 3.1, advised: Math.max(1, Math.min(4, Math.ceil((1.5 + 9 * Math.max(0, Math.sin((912 - age) / 140))) / 3))),
    demandAgeMs: unknown ? 30_000 : 1_100 + 300 * Math.abs(noise),
  };
}
const history = Array.from({ length: 900 }, (_, i) => point(start - (900 - i) * 1000));
const decisions = [];
for (let i = 1; i < history.length; i++) {
  const [a, b] = [history[i - 1], history[i]];
  if (a.wanted === b.wanted) continue;
  decisions.unshift({
    id: `d-${decisions.length + 41}`, time: b.time, deployment: 'chat', code: b.wanted > a.wanted ? 'DEMAND_ABOVE_TARGET' : 'DEMAND_BELOW_TARGET',
    actions: [{ type: 'SCALE', deployment: 'chat', from: a.wanted, to: b.wanted },
      b.wanted > a.wanted ? { type: 'START_REPLICA', target: `chat-${i}`, node: 'node-2' } : { type: 'DRAIN_REPLICA', target: `chat-${i}` }],
    reason: b.wanted > a.wanted
      ? `${b.inFlight + b.queued} requests in flight and queued need ${b.wanted} replicas at a target of 60 %; it has held for 2.0 s.`
      : `The most needed in the last 60 s is ${b.wanted} replicas.`,
    inputs: [{ name: 'inFlight', value: b.inFlight, ageMs: 640 }, { name: 'queued', value: b.queued, ageMs: 640 },
      { name: 'arrivalsPerSecond', value: b.arrivalsPerSecond, ageMs: b.demandAgeMs }, { name: 'kvUse', value: null, ageMs: null }],
    rejected: [{ candidate: `${b.wanted - 1} replicas`, predictedCost: b.wanted - 1, predictedSlo: 0.83, constraint: 'utilisation above the target of 0.6' },
      { candidate: `${b.wanted + 1} replicas`, predictedCost: b.wanted + 1, predictedSlo: 0.41, constraint: 'costs more and is not needed' }],
  });
}
decisions.unshift({ id: 'd-960', time: iso(start - 4000), deployment: 'chat', code: 'REPLICA_LOST', actions: [{ type: 'START_REPLICA', target: 'chat-97', node: 'node-1' }],
  reason: 'Replica chat-93 on node-3 ended with exit code 137; it is replaced in another fault domain.', inputs: [{ name: 'progressAge', value: 3.1, ageMs: 210 }], rejected: [] },
  { id: 'd-959', time: iso(start - 9000), deployment: null, code: 'FROZEN', actions: [], reason: 'Scaling in waits for the freeze of ada to end.', inputs: [], rejected: [] });

const node = (n, zone, capacityType, state, extra = {}) => ({ name: `node-${n}`, region: 'local', zone, rack: `rack-${n}`, capacityType, state,
  cordoned: false, heartbeatAgeMs: 300 + 170 * n, capacityThousandths: 1000, usedThousandths: 500, notice: null, ...extra });
const replica = (n, on, state, extra = {}) => ({ name: `chat-${n}`, deployment: 'chat', revision: 2, node: on, state, url: null, pid: 4000 + n,
  startedAt: iso(start - 300_000), startupMs: 2100, inFlight: 3, queued: 0, kvUse: 0.34, thousandths: 500, reason: null, ...extra });

function snapshot(at) {
  const newest = point(at);
  const degraded = mode === 'degraded' ? ['Flink has not answered for 42 s; demand is not acted on.', 'Kafka is not reachable; agents and gateways spool to disk.'] : [];
  if (mode === 'empty') {
    return { status: { state: 'starting', degraded: [], epoch: 1, paced: true, time: iso(at), freezes: [] }, nodes: [], deployments: [], replicas: [], incidents: [], points: [], point: null };
  }
  return {
    status: { state: mode, degraded, epoch: 3, leader: true, paced: true, time: iso(at), policyHash: 'ab12',
      freezes: mode === 'degraded' ? [{ owner: 'ada', reason: 'load test until noon', expiresAt: iso(at + 540_000), all: false }] : [], breakerOpen: false },
    nodes: [node(1, 'zone-a', 'ON_DEMAND', 'READY', { usedThousandths: 1000 }), node(2, 'zone-b', 'RESERVED', 'READY', { cordoned: true }),
      node(3, 'zone-c', 'SPOT', 'DRAINING', { notice: { kind: 'spot-interruption', deadline: iso(start + 94_000) } }), node(4, 'zone-c', 'SPOT', 'LOST', { usedThousandths: 0, heartbeatAgeMs: 42_000 })],
    deployments: [{ name: 'chat', model: 'models/keelson-small', servedModel: 'keelson-small', engine: 'gpu-runtime', revision: 2, wanted: newest.wanted, ready: newest.ready,
      minReplicas: 1, maxReplicas: 4, sloTtftMs: 2000, sloTpotMs: 100, paced: true }],
    replicas: [replica(91, 'node-1', 'READY'), replica(97, 'node-1', 'STARTING', { inFlight: null, kvUse: null }), replica(92, 'node-2', 'READY', { inFlight: 5, kvUse: 0.61 }), replica(95, 'node-3', 'DRAINING', { inFlight: 1 })],
    incidents: [{ id: 'i-7', kind: 'node-lost', target: 'node-4', openedAt: iso(start - 38_000), detectedMs: 4100, reroutedMs: 4350, recoveredMs: null, resolvedAt: null, decisions: ['d-960'],
      evidence: ['Last heartbeat 4.1 s before; the session was closed 1.2 s after it.'] },
      { id: 'i-6', kind: 'engine-hung', target: 'chat-88', openedAt: iso(start - 400_000), detectedMs: 7600, reroutedMs: 7700, recoveredMs: 10_900, resolvedAt: iso(start - 388_000), decisions: [] }],
    points: [newest], point: newest,
  };
}

function forecast(now) {
  const newest = point(now);
  const bands = Array.from({ length: 30 }, (_, h) => {
    const at = now - 4000 + 10_000 * (h + 0.5);
    const middle = point(at).inFlight / 5.2;
    const spread = 0.15 + 0.03 * h;
    const of = (factor) => ({ 'q0.1': Math.max(0, middle - spread) * factor, 'q0.5': middle * factor, 'q0.9': (middle + spread) * factor });
    return { time: iso(at), requestsPerSecond: of(3.1), replicas: of(1) };
  });
  return { name: 'chat', mode: 'ADVISE', unusable: mode === 'degraded' ? "the forecast's origin is 95 s old" : null, wanted: newest.wanted, ready: newest.ready,
    advised: newest.advised, demandReplicas: newest.demandReplicas, originAgeMs: 4000, error: { landed: 412, wape: 0.14, bias: 0.01, coverage80: 0.82, coverage95: 0.95 }, bands,
    scorecard: { comparedSeconds: 7200, replicaHours: 4.81, advisedReplicaHours: 4.43, savedReplicaHours: 0.38, shortSeconds: 310, advisedShortSeconds: 120, changes: 14, advisedChanges: 12 } };
}

function api(path, response) {
  const json = (body, status = 200) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (mode === 'unauthorised') return json({ error: { code: 'unauthorised', message: 'no session', advice: 'open the link' } }, 401);
  if (path === 'whoami') return json({ name: 'admin', role: 'admin' });
  if (path.startsWith('history')) return json(mode === 'empty' ? [] : history);
  if (path === 'forecasts') return json(mode === 'empty' ? [] : [forecast(Date.now())]);
  if (path.startsWith('decisions')) return json(mode === 'empty' ? [] : decisions);
  if (path === 'incidents') return json(snapshot(Date.now()).incidents);
  if (path !== 'stream') return json({ error: { code: 'not-found', message: path, advice: '' } }, 404);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const send = () => response.write(`event: snapshot\ndata: ${JSON.stringify(snapshot(Date.now()))}\n\n`);
  send();
  const timer = setInterval(send, 1000);
  response.on('close', () => clearInterval(timer));
}

createServer((request, response) => {
  const path = normalize(decodeURIComponent((request.url ?? '/').slice(1)));
  if (path.startsWith('api/v1/')) return api(path.slice('api/v1/'.length), response);
  const file = join(ROOT, path === '.' || path === '' ? 'index.html' : path);
  if (path.startsWith('..') || !existsSync(file)) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': CSP }).end(readFileSync(file));
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/ (${mode})`));
