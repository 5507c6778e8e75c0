import type { FleetNode, Replica } from '../data/types';
import { formatMs, formatNumber, isKnown, parseTime, UNKNOWN, words } from '../format';
import { Shape, State, toneOf } from './State';

const LIVE = new Set(['PENDING', 'STARTING', 'READY', 'DRAINING']);

export function Nodes({ nodes, replicas, now }: { nodes: FleetNode[]; replicas: Replica[]; now: number }) {
  const live = replicas.filter((replica) => LIVE.has(replica.state));
  const domains = Map.groupBy(nodes, (node) => `${node.region ?? UNKNOWN} / ${node.zone ?? UNKNOWN}`);
  const homeless = live.filter((replica) => !nodes.some((node) => node.name === replica.node));
  return (
    <section className="card nodes" aria-labelledby="nodes-title">
      <h2 id="nodes-title">
        Nodes <small>{`${nodes.length} in ${domains.size} fault ${domains.size === 1 ? 'domain' : 'domains'}`}</small>
      </h2>
      {nodes.length === 0 && <p className="nothing">No node has joined yet.</p>}
      <div className="domains">
        {[...domains].sort(([a], [b]) => a.localeCompare(b)).map(([domain, members]) => (
          <section key={domain} className="domain" aria-label={`Fault domain ${domain}`}>
            <h3>{domain}</h3>
            {members.map((node) => (
              <NodeCard key={node.name} node={node} replicas={live.filter((replica) => replica.node === node.name)} now={now} />
            ))}
          </section>
        ))}
        {homeless.length > 0 && (
          <section className="domain" aria-label="Replicas without a known node">
            <h3>no known node</h3>
            <Replicas replicas={homeless} />
          </section>
        )}
      </div>
    </section>
  );
}

function NodeCard({ node, replicas, now }: { node: FleetNode; replicas: Replica[]; now: number }) {
  const deadline = parseTime(node.notice?.deadline);
  const spot = node.capacityType === 'SPOT';
  return (
    <article className={`node ${toneOf(node.state)}`}>
      <header>
        <b>{node.name}</b>
        <State state={node.state} />
        {node.cordoned && <span className="chip warn">cordoned</span>}
        <span className={`chip capacity ${spot ? 'spot' : ''}`}>{words(node.capacityType)}</span>
      </header>
      {node.notice && (
        <p className="notice">
          <Shape tone="warn" /> {words(node.notice.kind ?? 'notice')}:{' '}
          {deadline === null ? 'deadline unknown' : deadline > now ? `gone in ${formatMs(deadline - now)}` : 'deadline passed'}
        </p>
      )}
      <Replicas replicas={replicas} />
      <footer>
        <span title="Rack">{node.rack ?? UNKNOWN}</span>
        <span>heard {formatMs(node.heartbeatAgeMs)} ago</span>
        <Room node={node} />
      </footer>
    </article>
  );
}

function Room({ node }: { node: FleetNode }) {
  const { capacityThousandths: capacity, usedThousandths: used } = node;
  if (!isKnown(capacity) || !isKnown(used)) return null;
  return (
    <span className="room" title={`${used} of ${capacity} thousandths of an accelerator`}>
      <progress value={used} max={Math.max(1, capacity)} aria-label={`Room taken on ${node.name}`} />
      {capacity === 0 ? UNKNOWN : `${Math.round((used / capacity) * 100)} %`}
    </span>
  );
}

function Replicas({ replicas }: { replicas: Replica[] }) {
  if (replicas.length === 0) return <p className="nothing">no replica</p>;
  return (
    <ul className="replicas">
      {replicas.map((replica) => (
        <li key={replica.name} className={toneOf(replica.state)}>
          <State state={replica.state} compact={replica.state === 'READY'} />
          <span className="name">{replica.name}</span>
          <small>
            rev {formatNumber(replica.revision)}
            {isKnown(replica.inFlight) && ` · ${formatNumber(replica.inFlight)} in flight`}
            {isKnown(replica.kvUse) && ` · KV ${Math.round(replica.kvUse * 100)} %`}
          </small>
        </li>
      ))}
    </ul>
  );
}
