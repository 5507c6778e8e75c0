import { expect, test } from 'vitest';
import { mergeDecisions, mergePoints, sortIncidents } from './history';

const point = (second: number, deployment = 'chat', ready = 1) => ({
  time: new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString(),
  deployment,
  ready,
});

test('a reconnect does not double points and the newer one counts', () => {
  const merged = mergePoints([point(0), point(1)], [point(1, 'chat', 2), point(2)]);
  expect(merged.map((p) => p.ready)).toEqual([1, 2, 1]);
});

test('two deployments of one second are both kept', () => {
  expect(mergePoints([point(0)], [point(0, 'code')])).toHaveLength(2);
});

test('points older than a quarter of an hour go', () => {
  expect(mergePoints([point(0)], [point(901)])).toHaveLength(1);
});

test('decisions are newest first, ten after nine', () => {
  const time = point(0).time;
  const merged = mergeDecisions([{ id: 'd-9', time, reason: '' }], [{ id: 'd-10', time, reason: '' }]);
  expect(merged.map((d) => d.id)).toEqual(['d-10', 'd-9']);
});

test('open incidents stand before resolved ones', () => {
  const incident = (id: string, second: number, resolved: boolean) => ({
    id,
    kind: 'node-lost',
    target: 'n',
    openedAt: point(second).time,
    resolvedAt: resolved ? point(second + 1).time : null,
  });
  expect(sortIncidents([incident('a', 5, true), incident('b', 1, false), incident('c', 3, false)]).map((i) => i.id)).toEqual([
    'c',
    'b',
    'a',
  ]);
});
