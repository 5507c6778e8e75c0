import { describe, expect, test } from 'vitest';
import { describeAction, formatAgo, formatMs, formatNumber, formatSeconds, UNKNOWN, words } from './format';

describe('what is unknown', () => {
  test('is a dash and never a zero', () => {
    expect([formatNumber(null), formatNumber(undefined), formatMs(null), formatSeconds(undefined), formatNumber(NaN)]).toEqual(
      Array(5).fill(UNKNOWN),
    );
    expect(formatAgo(null, 0)).toBe(UNKNOWN);
    expect(formatAgo('not a time', 0)).toBe(UNKNOWN);
  });
  test('differs from a measured zero', () => {
    expect(formatNumber(0)).toBe('0');
    expect(formatMs(0)).toBe('0 ms');
  });
});

test('numbers keep about three digits', () => {
  expect([0.0421, 1.254, 17.34, 1204.4].map(formatNumber)).toEqual(['0.042', '1.25', '17.3', '1,204']);
});

test('durations choose their unit and never show sixty of one', () => {
  expect([850, 1_240, 12_400, 59_960, 245_000, 7_380_000, 200_000_000].map(formatMs)).toEqual([
    '850 ms',
    '1.2 s',
    '12 s',
    '1 min',
    '4 min 5 s',
    '2 h 3 min',
    '2 d 7 h',
  ]);
});

test('ages are told by the fleet clock and never negative', () => {
  const now = Date.parse('2026-01-01T00:01:00.000Z');
  expect(formatAgo('2026-01-01T00:00:57.100Z', now)).toBe('3 s ago');
  expect(formatAgo('2026-01-01T00:01:05.000Z', now)).toBe('now');
});

test('actions are told in words, unknown types too', () => {
  expect(describeAction({ type: 'SCALE', deployment: 'chat', from: 1, to: 3 })).toBe('scale 1 → 3');
  expect(describeAction({ type: 'START_REPLICA', target: 'chat-7', node: 'node-2' })).toBe('start chat-7 on node-2');
  expect(describeAction({ type: 'MIGRATE_CACHE', target: 'chat-7' })).toBe('migrate cache chat-7');
  expect(words('ON_DEMAND')).toBe('on demand');
});
