import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { Maybe, Point } from '../data/types';
import { formatClock, isKnown, parseTime, UNKNOWN } from '../format';
import { areaPath, linePath, niceTop, type Spot } from './path';

export interface Series {
  label: string;
  /** Class of the line: fixes its colour and dash in both themes. */
  className: string;
  value: (point: Point) => Maybe<number>;
  stepped?: boolean;
  filled?: boolean;
}

export interface Marker {
  id: string;
  at: number;
  label: string;
}

interface Props {
  title: string;
  unit: string;
  series: Series[];
  points: Point[];
  markers: Marker[];
  threshold?: { value: number; label: string } | undefined;
  format: (value: number) => string;
  /** Values are counts: the axis shows whole numbers. */
  whole?: boolean;
  from: number;
  to: number;
  /** Moment under the crosshair, shared by all charts; null for none. */
  cursor: number | null;
  onCursor: (at: number | null) => void;
  onMarker: (id: string) => void;
  height: number;
}

const LEFT = 58;
const RIGHT = 10;
const TOP = 16;
const BOTTOM = 22;

/** Lines over time with decision markers, a threshold and a crosshair for pointer and arrow keys. */
export function TimeChart(props: Props) {
  const { title, unit, series, points, markers, threshold, format, from, to, cursor, height } = props;
  const [box, width] = useWidth();
  const clip = useId();
  const times = points.map((point) => parseTime(point.time) ?? 0);
  const top = axisTop(props);
  const x = (at: number) => LEFT + ((at - from) / (to - from)) * (width - LEFT - RIGHT);
  const y = (value: number) => height - BOTTOM - (value / top) * (height - TOP - BOTTOM);
  const nearest = cursor === null ? null : nearestIndex(times, cursor);
  const point = nearest === null ? undefined : points[nearest];

  const onPointer = (event: PointerEvent<SVGSVGElement>) => {
    const left = event.currentTarget.getBoundingClientRect().left;
    const share = (event.clientX - left - LEFT) / (width - LEFT - RIGHT);
    props.onCursor(share < 0 || share > 1 ? null : from + share * (to - from));
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -60, PageDown: 60 }[event.key];
    if (event.key === 'Escape') props.onCursor(null);
    if (step === undefined || times.length === 0) return;
    event.preventDefault();
    const index = Math.min(times.length - 1, Math.max(0, (nearest ?? times.length - 1) + step));
    props.onCursor(times[index] ?? null);
  };

  return (
    <figure className="chart" ref={box}>
      <figcaption>
        <span className="chart-title">
          {title} <small>{unit}</small>
        </span>
        <span className="legend">
          {series.map((line) => (
            <span key={line.label} className={`key ${line.className}`}>
              <i aria-hidden="true" />
              {line.label} <b>{reading(line, point ?? points.at(-1), format)}</b>
            </span>
          ))}
        </span>
      </figcaption>
      <svg
        width={width}
        height={height}
        role="img"
        tabIndex={0}
        aria-label={`${title}: ${summary(series, point ?? points.at(-1), format)}. Arrow keys move through time.`}
        onPointerMove={onPointer}
        onPointerLeave={() => props.onCursor(null)}
        onKeyDown={onKey}
        onBlur={() => props.onCursor(null)}
      >
        <clipPath id={clip}>
          <rect x={LEFT} y={TOP - 8} width={Math.max(0, width - LEFT - RIGHT)} height={Math.max(0, height - TOP - BOTTOM + 9)} />
        </clipPath>
        <Grid {...{ top, x, y, from, to, width, height, format }} whole={props.whole ?? false} />
        <g clipPath={`url(#${clip})`}>
          {series.map((line) => {
            const spots = points.map((p, i): Spot => {
              const value = line.value(p);
              return { x: x(times[i]!), y: isKnown(value) ? y(value) : null };
            });
            return (
              <g key={line.label} className={line.className}>
                {line.filled && <path className="area" d={areaPath(spots, height - BOTTOM, line.stepped ?? false)} />}
                <path className="line" d={linePath(spots, line.stepped ?? false)} />
              </g>
            );
          })}
        </g>
        {threshold && threshold.value <= top && (
          <g className="threshold">
            <line x1={LEFT} x2={width - RIGHT} y1={y(threshold.value)} y2={y(threshold.value)} />
            <text x={width - RIGHT - 4} y={y(threshold.value) - 5} textAnchor="end">
              {threshold.label}
            </text>
          </g>
        )}
        {markers.map((marker) => (
          <g key={marker.id} className="marker" onClick={() => props.onMarker(marker.id)}>
            <line x1={x(marker.at)} x2={x(marker.at)} y1={TOP - 4} y2={height - BOTTOM} />
            <path d={`M${x(marker.at) - 5} ${TOP - 12}h10l-5 8Z`} />
            <title>{marker.label}</title>
          </g>
        ))}
        {point && (
          <g className="cursor">
            <line x1={x(times[nearest!]!)} x2={x(times[nearest!]!)} y1={TOP} y2={height - BOTTOM} />
            {series.map((line) => {
              const value = line.value(point);
              return isKnown(value) ? (
                <circle key={line.label} className={line.className} cx={x(times[nearest!]!)} cy={y(value)} r="3.500" />
              ) : null;
            })}
            <text x={clamp(x(times[nearest!]!), LEFT + 26, width - RIGHT - 26)} y={height - 7} textAnchor="middle">
              {formatClock(times[nearest!]!)}
            </text>
          </g>
        )}
        {points.length === 0 && (
          <text className="nothing" x={LEFT + (width - LEFT - RIGHT) / 2} y={height / 2} textAnchor="middle">
            nothing measured yet
          </text>
        )}
      </svg>
    </figure>
  );
}

interface GridProps {
  top: number;
  x: (at: number) => number;
  y: (value: number) => number;
  from: number;
  to: number;
  width: number;
  height: number;
  format: (value: number) => string;
  whole: boolean;
}

function Grid({ top, x, y, from, to, width, height, format, whole }: GridProps) {
  const stepMs = width < 480 ? 300_000 : 180_000;
  const minutes = [];
  for (let at = Math.ceil(from / stepMs) * stepMs; at <= to; at += stepMs) minutes.push(at);
  const rows = [0, 0.5, 1].map((share) => share * top).filter((value) => !whole || Number.isInteger(value));
  return (
    <g className="grid" aria-hidden="true">
      {rows.map((value) => (
        <g key={value}>
          <line x1={LEFT} x2={width - RIGHT} y1={y(value)} y2={y(value)} />
          <text x={LEFT - 8} y={y(value) + 4} textAnchor="end">
            {format(value)}
          </text>
        </g>
      ))}
      {minutes.map((at) => (
        <text key={at} x={x(at)} y={height - 7} textAnchor="middle">
          {formatClock(at).slice(0, 5)}
        </text>
      ))}
    </g>
  );
}

function axisTop({ series, points, threshold, whole }: Props): number {
  let most = 0;
  for (const point of points) {
    for (const line of series) {
      const value = line.value(point);
      if (isKnown(value)) most = Math.max(most, value);
    }
  }
  // A threshold far above what is measured would flatten the lines: it is drawn once they come near.
  if (threshold && threshold.value <= most * 3) most = Math.max(most, threshold.value);
  if (whole) return Math.max(2, 2 * Math.ceil(most / 2));
  return niceTop(most * 1.08);
}

function reading(line: Series, point: Point | undefined, format: (value: number) => string): string {
  const value = point === undefined ? null : line.value(point);
  return isKnown(value) ? format(value) : UNKNOWN;
}

function summary(series: Series[], point: Point | undefined, format: (value: number) => string): string {
  return series.map((line) => `${line.label} ${reading(line, point, format).replace(UNKNOWN, 'unknown')}`).join(', ');
}

function nearestIndex(times: number[], at: number): number | null {
  let best: number | null = null;
  for (let i = 0; i < times.length; i++) {
    if (best === null || Math.abs(times[i]! - at) < Math.abs(times[best]! - at)) best = i;
  }
  return best;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** Width of the box that the ref is given to, following it. */
export function useWidth() {
  const box = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(640);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(Math.max(260, element.clientWidth)));
    observer.observe(element);
    setWidth(Math.max(260, element.clientWidth));
    return () => observer.disconnect();
  }, []);
  return [box, width] as const;
}
