import { useId } from 'react';
import { bandPath, linePath, niceTop, type Spot } from '../charts/path';
import { useWidth } from '../charts/TimeChart';
import type { Decision, Forecast, Maybe, Point } from '../data/types';
import { formatClock, formatMs, formatNumber, isKnown, parseTime, words } from '../format';

const PAST_MS = 600_000;
const LEFT = 58;
const RIGHT = 10;
const TOP = 16;
const BOTTOM = 22;
const HEIGHT = 220;

interface Props {
  forecast: Forecast | null;
  points: Point[];
  decisions: Decision[];
  now: number;
  onDecision: (id: string) => void;
}

/** Work that arrived, work that is expected, and the replicas that are there for it, in replicas. */
export function Model({ forecast, points, decisions, now, onDecision }: Props) {
  if (forecast === null) return null;
  return (
    <section className="card model" aria-labelledby="model-title">
      <h2 id="model-title">
        Forecast <small>{`mode ${words(forecast.mode)}`}</small>
      </h2>
      <p className="model-state">{state(forecast)}</p>
      <Chart forecast={forecast} points={points} decisions={decisions} now={now} onDecision={onDecision} />
      <p className="model-state">{advice(forecast)}</p>
      {mix(forecast) && <p className="model-state">{mix(forecast)}</p>}
    </section>
  );
}

/** The classes of requests that ask most; null where there is only one. */
function mix(forecast: Forecast): string | null {
  const classes = forecast.classes ?? [];
  if (classes.length < 2) return null;
  const named = classes
    .slice(0, 5)
    .map(({ tenant, promptBelowTokens, share }) => `${tenant || 'no tenant'}, below ${promptBelowTokens} tokens ${(share * 100).toFixed(0)} %`);
  return `Requests by tenant and prompt: ${named.join('; ')}`;
}

function Chart({ forecast, points, decisions, now, onDecision }: Props & { forecast: Forecast }) {
  const [box, width] = useWidth();
  const clip = useId();
  const bands = (forecast.bands ?? []).flatMap((band) => {
    const at = parseTime(band.time);
    return at === null || !band.replicas ? [] : [{ at, ...band.replicas }];
  });
  const from = now - PAST_MS;
  const to = Math.max(now + 60_000, ...bands.map((band) => band.at));
  const past = points.flatMap((point) => {
    const at = parseTime(point.time);
    return at === null || at < from ? [] : [{ at, point }];
  });
  const most = Math.max(
    2,
    ...past.flatMap(({ point }) => [point.demandReplicas ?? 0, point.wanted ?? 0, point.advised ?? 0]),
    ...bands.map((band) => band['q0.9'] ?? 0),
  );
  const top = niceTop(most * 1.08);
  const x = (at: number) => LEFT + ((at - from) / (to - from)) * (width - LEFT - RIGHT);
  const y = (value: number) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
  const line = (value: (point: Point) => Maybe<number>) =>
    past.map(({ at, point }): Spot => {
      const known = value(point);
      return { x: x(at), y: isKnown(known) ? y(known) : null };
    });
  const band = (level: 'q0.1' | 'q0.5' | 'q0.9') =>
    bands.map((each): Spot => {
      const value = each[level];
      return { x: x(each.at), y: isKnown(value) ? y(value) : null };
    });
  const minutes = [];
  for (let at = Math.ceil(from / 120_000) * 120_000; at <= to; at += 120_000) minutes.push(at);

  return (
    <figure className="chart" ref={box}>
      <figcaption>
        <span className="chart-title">
          Work <small>in replicas at their target use</small>
        </span>
        <span className="legend">
          <Key className="line-b" label="arrived" value={forecast.demandReplicas} />
          <Key className="line-forecast" label="expected" value={forecast.bands?.[0]?.replicas?.['q0.5']} />
          <Key className="line-a" label="ready" value={forecast.ready} />
          <Key className="line-wanted" label="advised" value={forecast.advised} />
        </span>
      </figcaption>
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={`Work that arrived ${formatNumber(forecast.demandReplicas)} replicas, ready ${formatNumber(forecast.ready)}, advised ${formatNumber(forecast.advised)}.`}
      >
        <clipPath id={clip}>
          <rect x={LEFT} y={TOP - 8} width={Math.max(0, width - LEFT - RIGHT)} height={HEIGHT - TOP - BOTTOM + 9} />
        </clipPath>
        <g className="grid" aria-hidden="true">
          {[0, 0.5, 1].map((share) => (
            <g key={share}>
              <line x1={LEFT} x2={width - RIGHT} y1={y(share * top)} y2={y(share * top)} />
              <text x={LEFT - 8} y={y(share * top) + 4} textAnchor="end">
                {formatNumber(share * top)}
              </text>
            </g>
          ))}
          {minutes.map((at) => (
            <text key={at} x={x(at)} y={HEIGHT - 7} textAnchor="middle">
              {formatClock(at).slice(0, 5)}
            </text>
          ))}
        </g>
        <g clipPath={`url(#${clip})`}>
          <g className="line-forecast">
            <path className="band" d={bandPath(band('q0.9'), band('q0.1'))} />
            <path className="line" d={linePath(band('q0.5'), false)} />
          </g>
          <g className="line-a">
            <path className="line" d={linePath(line((p) => p.ready), true)} />
          </g>
          <g className="line-wanted">
            <path className="line" d={linePath(line((p) => p.advised), true)} />
          </g>
          <g className="line-b">
            <path className="line" d={linePath(line((p) => p.demandReplicas), false)} />
          </g>
        </g>
        <g className="threshold">
          <line x1={x(now)} x2={x(now)} y1={TOP} y2={HEIGHT - BOTTOM} />
          <text x={x(now) - 4} y={TOP + 8} textAnchor="end">
            now
          </text>
        </g>
        {markers(decisions, from).map((marker) => (
          <g key={marker.id} className="marker" onClick={() => onDecision(marker.id)}>
            <line x1={x(marker.at)} x2={x(marker.at)} y1={TOP - 4} y2={HEIGHT - BOTTOM} />
            <path d={`M${x(marker.at) - 5} ${TOP - 12}h10l-5 8Z`} />
            <title>{marker.reason}</title>
          </g>
        ))}
      </svg>
    </figure>
  );
}

function Key({ className, label, value }: { className: string; label: string; value: Maybe<number> }) {
  return (
    <span className={`key ${className}`}>
      <i aria-hidden="true" />
      {label} <b>{formatNumber(value)}</b>
    </span>
  );
}

/** Changes of the count, done or advised. */
function markers(decisions: Decision[], from: number): { id: string; at: number; reason: string }[] {
  return decisions.flatMap((decision) => {
    const at = parseTime(decision.time);
    const counts = decision.code === 'AUTONOMY' || (decision.actions ?? []).some((action) => action.type === 'SCALE');
    return at === null || at < from || !counts ? [] : [{ id: decision.id, at, reason: decision.reason }];
  });
}

function state(forecast: Forecast): string {
  if (forecast.unusable) return `Not acted on: ${forecast.unusable}. Present load scales.`;
  const error = forecast.error;
  const parts = [`Made ${formatMs(forecast.originAgeMs)} ago.`];
  if (error) {
    parts.push(
      `Of ${error.landed} earlier outcomes ${Math.round(100 * error.coverage80)} % lay within the 80 % band; weighted error ${Math.round(100 * error.wape)} %.`,
    );
  }
  return parts.join(' ');
}

function advice(forecast: Forecast): string {
  const card = forecast.scorecard;
  if (!card || !card.comparedSeconds) return 'Advice of the last 24 hours: nothing to compare yet.';
  return (
    `Advice of the last 24 hours, over ${formatMs(card.comparedSeconds * 1000)}: ${formatNumber(card.advisedReplicaHours)} replica-hours instead of ${formatNumber(card.replicaHours)}; ` +
    `short of the demand for ${formatNumber(card.advisedShortSeconds)} s instead of ${formatNumber(card.shortSeconds)} s.`
  );
}
