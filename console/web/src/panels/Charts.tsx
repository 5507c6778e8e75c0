import { useState } from 'react';
import { TimeChart, type Marker, type Series } from '../charts/TimeChart';
import { HISTORY_SECONDS } from '../data/history';
import type { Decision, Deployment, Point } from '../data/types';
import { describeAction, formatMs, formatNumber, formatSeconds, isKnown, parseTime } from '../format';

const REPLICAS: Series[] = [
  { label: 'ready', className: 'line-a', value: (p) => p.ready, stepped: true, filled: true },
  { label: 'wanted', className: 'line-wanted', value: (p) => p.wanted, stepped: true },
  { label: 'draining', className: 'line-d', value: (p) => p.draining, stepped: true },
];
const DEMAND: Series[] = [{ label: 'arrivals', className: 'line-b', value: (p) => p.arrivalsPerSecond, filled: true }];
const TTFT: Series[] = [
  { label: 'p99', className: 'line-c', value: (p) => p.ttftP99Seconds },
  { label: 'p50', className: 'line-c2', value: (p) => p.ttftP50Seconds },
];

interface Props {
  points: Point[];
  decisions: Decision[];
  deployment: Deployment | null;
  now: number;
  onDecision: (id: string) => void;
}

export function Charts({ points, decisions, deployment, now, onDecision }: Props) {
  const [cursor, setCursor] = useState<number | null>(null);
  const to = Math.max(now, parseTime(points.at(-1)?.time) ?? 0);
  const from = to - HISTORY_SECONDS * 1000;
  const markers = decisions.filter((decision) => (decision.actions?.length ?? 0) > 0).flatMap((decision) => marker(decision, from));
  const slo = deployment?.sloTtftMs;
  const shared = { points, from, to, cursor, onCursor: setCursor, onMarker: onDecision, height: 172 };
  return (
    <section className="card charts" aria-labelledby="charts-title">
      <h2 id="charts-title">
        Last 15 minutes <small>▾ decisions</small>
      </h2>
      <TimeChart {...shared} title="Replicas" unit="count" series={REPLICAS} markers={markers} format={formatNumber} whole />
      <TimeChart {...shared} title="Demand" unit="requests/s" series={DEMAND} markers={markers} format={formatNumber} />
      <TimeChart
        {...shared}
        title="Time to first token"
        unit=""
        series={TTFT}
        markers={markers}
        format={formatSeconds}
        threshold={isKnown(slo) ? { value: slo / 1000, label: `objective ${formatMs(slo)}` } : undefined}
      />
    </section>
  );
}

function marker(decision: Decision, from: number): Marker[] {
  const at = parseTime(decision.time);
  if (at === null || at < from) return [];
  return [{ id: decision.id, at, label: `${(decision.actions ?? []).map(describeAction).join(', ')}: ${decision.reason}` }];
}
