import type { Action, Maybe } from './data/types';

/** Shown wherever a value is unknown: never a zero that was not measured. */
export const UNKNOWN = '–';

export function isKnown(value: Maybe<number>): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Up to three significant digits: 0.042, 1.25, 17.3, 1,204. */
export function formatNumber(value: Maybe<number>): string {
  if (!isKnown(value)) return UNKNOWN;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en-US');
  const digits = size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return String(Number(value.toFixed(digits)));
}

/** A duration in the unit that keeps it short: 850 ms, 1.2 s, 4 min 5 s, 2 h 3 min. */
export function formatMs(ms: Maybe<number>): string {
  if (!isKnown(ms)) return UNKNOWN;
  if (ms < 0) return `-${formatMs(-ms)}`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  // Rounded once, before the unit is chosen: 59.96 s is a minute, not 60 s.
  const tenths = Math.round(ms / 100) / 10;
  if (tenths < 60) return `${tenths < 10 ? tenths.toFixed(1) : Math.round(tenths)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return join(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 48 * 60) return join(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  return join(Math.floor(minutes / 1440), 'd', Math.floor((minutes % 1440) / 60), 'h');
}

export function formatSeconds(seconds: Maybe<number>): string {
  return formatMs(isKnown(seconds) ? seconds * 1000 : null);
}

/** Time since a moment, by the control plane's clock. */
export function formatAgo(time: Maybe<string>, nowMs: number): string {
  const at = parseTime(time);
  if (at === null) return UNKNOWN;
  const age = Math.max(0, nowMs - at);
  return age < 1500 ? 'now' : `${formatMs(age < 60_000 ? Math.round(age / 1000) * 1000 : age).replace('.0 s', ' s')} ago`;
}

/** Time of day on the reader's clock, 14:03:09. */
export function formatClock(ms: number): string {
  return new Date(ms).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

export function parseTime(time: Maybe<string>): number | null {
  if (!time) return null;
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? null : ms;
}

/** What an action does, in a few words. */
export function describeAction(action: Action): string {
  const target = action.target ?? '';
  switch (action.type) {
    case 'SCALE':
      return `scale ${formatNumber(action.from)} → ${formatNumber(action.to)}`;
    case 'START_REPLICA':
      return `start ${target}${action.node ? ` on ${action.node}` : ''}`;
    case 'DRAIN_REPLICA':
      return `drain ${target}`;
    case 'STOP_REPLICA':
      return `stop ${target}`;
    case 'CORDON_NODE':
      return `cordon ${target}`;
    case 'ACQUIRE_NODE':
      return `acquire ${(action.capacityType ?? action.target ?? 'a').toString().toLowerCase()} node`;
    case 'RELEASE_NODE':
      return `release ${target}`;
    case 'PROMOTE_REVISION':
      return `promote revision ${formatNumber(action.to)}`;
    case 'REVERT_REVISION':
      return `revert to revision ${formatNumber(action.to)}`;
    default:
      return `${words(action.type)} ${target}`.trim();
  }
}

/** ON_DEMAND → on demand. */
export function words(code: Maybe<string>): string {
  return code ? code.toLowerCase().replaceAll('_', ' ').replaceAll('-', ' ') : UNKNOWN;
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
