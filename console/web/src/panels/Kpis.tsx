import type { ReactNode } from 'react';
import type { Deployment, Maybe, Point } from '../data/types';
import { formatMs, formatNumber, formatSeconds, isKnown } from '../format';
import { Sparkline } from '../charts/Sparkline';
import { Shape, type Tone } from './State';

/** Readings older than this are what the bar for freshness calls late, in milliseconds. */
const FRESH_MS = 3_000;
const STALE_MS = 10_000;

export function Kpis({ deployment, points }: { deployment: Deployment | null; points: Point[] }) {
  const newest = points.at(-1);
  const wanted = newest?.wanted ?? deployment?.wanted;
  const ready = newest?.ready ?? deployment?.ready;
  const ttft = ttftTone(newest?.ttftP99Seconds, deployment?.sloTtftMs);
  const age = ageTone(newest?.demandAgeMs);
  return (
    <section className="kpis" aria-label="Key figures">
      <Kpi
        label="Replicas ready"
        value={formatNumber(ready)}
        unit={`of ${formatNumber(wanted)} wanted`}
        tone={isKnown(ready) && isKnown(wanted) ? (ready >= wanted ? 'good' : 'warn') : 'idle'}
        note={`${formatNumber(newest?.starting)} starting · ${formatNumber(newest?.draining)} draining`}
        spark={<Sparkline values={points.map((point) => point.ready)} stepped />}
      />
      <Kpi
        label="Demand"
        value={formatNumber(newest?.arrivalsPerSecond)}
        unit="requests/s"
        note={`${formatNumber(newest?.outputTokensPerSecond)} output tokens/s`}
        spark={<Sparkline values={points.map((point) => point.arrivalsPerSecond)} />}
      />
      <Kpi
        label="In flight"
        value={formatNumber(newest?.inFlight)}
        unit="requests"
        tone={isKnown(newest?.queued) ? (newest.queued > 0 ? 'warn' : 'good') : 'idle'}
        note={`${formatNumber(newest?.queued)} queued`}
        spark={<Sparkline values={points.map((point) => point.inFlight)} />}
      />
      <Kpi
        label="TTFT p99"
        value={formatSeconds(newest?.ttftP99Seconds)}
        unit={`p50 ${formatSeconds(newest?.ttftP50Seconds)}`}
        tone={ttft}
        note={isKnown(deployment?.sloTtftMs) ? `objective ${formatMs(deployment.sloTtftMs)}` : 'no objective known'}
        spark={<Sparkline values={points.map((point) => point.ttftP99Seconds)} />}
      />
      <Kpi
        label="Age of newest demand"
        value={formatMs(newest?.demandAgeMs)}
        unit=""
        tone={age}
        note={ageNote(age)}
        spark={<Sparkline values={points.map((point) => point.demandAgeMs)} />}
      />
    </section>
  );
}

interface KpiProps {
  label: string;
  value: string;
  unit: string;
  note: string;
  tone?: Tone;
  spark: ReactNode;
}

function Kpi({ label, value, unit, note, tone, spark }: KpiProps) {
  return (
    <article className={`card kpi ${tone ?? ''}`}>
      <h2>{label}</h2>
      <p className="figure">
        <strong>{value}</strong> {unit && <span>{unit}</span>}
      </p>
      <p className="note">
        {tone && tone !== 'idle' && <Shape tone={tone} />}
        {note}
      </p>
      {spark}
    </article>
  );
}

function ttftTone(p99Seconds: Maybe<number>, sloMs: Maybe<number>): Tone {
  if (!isKnown(p99Seconds) || !isKnown(sloMs)) return 'idle';
  const share = (p99Seconds * 1000) / sloMs;
  return share <= 0.8 ? 'good' : share <= 1 ? 'warn' : 'bad';
}

function ageTone(ageMs: Maybe<number>): Tone {
  if (!isKnown(ageMs)) return 'idle';
  return ageMs <= FRESH_MS ? 'good' : ageMs <= STALE_MS ? 'warn' : 'bad';
}

function ageNote(tone: Tone): string {
  switch (tone) {
    case 'good':
      return 'fresh';
    case 'warn':
      return 'late';
    case 'bad':
      return 'too old to decide on';
    default:
      return 'no demand seen yet';
  }
}
