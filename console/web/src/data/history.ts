import type { Decision, Incident, Point } from './types';
import { parseTime } from '../format';

/** How much of the past the page shows, in seconds. */
export const HISTORY_SECONDS = 900;
const MOST_DECISIONS = 200;

/** Points of all deployments in the order of time; a second point of the same deployment and time replaces the first. */
export function mergePoints(known: readonly Point[], added: readonly Point[]): Point[] {
  const byKey = new Map<string, Point>();
  for (const point of known) byKey.set(`${point.deployment} ${point.time}`, point);
  for (const point of added) byKey.set(`${point.deployment} ${point.time}`, point);
  const merged = [...byKey.values()].sort((a, b) => (parseTime(a.time) ?? 0) - (parseTime(b.time) ?? 0));
  const newest = parseTime(merged.at(-1)?.time);
  if (newest === null) return merged;
  return merged.filter((point) => (parseTime(point.time) ?? 0) >= newest - HISTORY_SECONDS * 1000);
}

/** Newest first, each once. */
export function mergeDecisions(known: readonly Decision[], added: readonly Decision[]): Decision[] {
  const byId = new Map(known.map((decision) => [decision.id, decision]));
  for (const decision of added) byId.set(decision.id, decision);
  return [...byId.values()]
    .sort((a, b) => (parseTime(b.time) ?? 0) - (parseTime(a.time) ?? 0) || compareIds(b.id, a.id))
    .slice(0, MOST_DECISIONS);
}

/** Open ones first, then resolved ones; newest first in both. */
export function sortIncidents(incidents: readonly Incident[]): Incident[] {
  return [...incidents].sort(
    (a, b) =>
      Number(Boolean(a.resolvedAt)) - Number(Boolean(b.resolvedAt)) ||
      (parseTime(b.openedAt) ?? 0) - (parseTime(a.openedAt) ?? 0),
  );
}

function compareIds(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
