import type { Incident, Maybe } from '../data/types';
import { formatAgo, formatMs, isKnown, parseTime, words } from '../format';
import { Shape } from './State';

const MOST_RESOLVED = 8;

export function Incidents({ incidents, now }: { incidents: Incident[]; now: number }) {
  const open = incidents.filter((incident) => !incident.resolvedAt);
  const resolved = incidents.filter((incident) => incident.resolvedAt).slice(0, MOST_RESOLVED);
  return (
    <section className="card incidents" aria-labelledby="incidents-title">
      <h2 id="incidents-title">
        Incidents <small>{open.length === 0 ? 'none open' : `${open.length} open`}</small>
      </h2>
      <div className="scroll">
        {open.length === 0 && (
          <p className="allclear">
            <Shape tone="good" /> Nothing is open.
          </p>
        )}
        {open.map((incident) => (
          <Card key={incident.id} incident={incident} now={now} />
        ))}
        {resolved.length > 0 && <h3>Resolved</h3>}
        {resolved.map((incident) => (
          <Card key={incident.id} incident={incident} now={now} />
        ))}
      </div>
    </section>
  );
}

function Card({ incident, now }: { incident: Incident; now: number }) {
  const opened = parseTime(incident.openedAt);
  const resolved = parseTime(incident.resolvedAt);
  return (
    <article className={`incident ${resolved === null ? 'open' : 'resolved'}`}>
      <header>
        <Shape tone={resolved === null ? 'bad' : 'idle'} />
        <b>{words(incident.kind)}</b>
        <span className="target">{incident.target}</span>
        <time dateTime={incident.openedAt} title={incident.openedAt}>
          {formatAgo(incident.openedAt, now)}
        </time>
      </header>
      <ol className="steps" aria-label="Since the last sign of life">
        <Step label="detected" ms={incident.detectedMs} />
        <Step label="rerouted" ms={incident.reroutedMs} />
        <Step label="recovered" ms={incident.recoveredMs} />
      </ol>
      {resolved === null && (incident.evidence ?? []).slice(0, 2).map((sentence) => <p key={sentence}>{sentence}</p>)}
      {resolved !== null && opened !== null && <p className="note">open for {formatMs(resolved - opened)}</p>}
    </article>
  );
}

function Step({ label, ms }: { label: string; ms: Maybe<number> }) {
  return (
    <li className={isKnown(ms) ? 'done' : ''}>
      <span>{label}</span>
      <b>{formatMs(ms)}</b>
    </li>
  );
}
