import { expect, test } from 'vitest';
import { bandPath, areaPath, linePath, niceTop } from './path';

test('a line breaks where the value is unknown', () => {
  const spots = [
    { x: 0, y: 1 },
    { x: 1, y: null },
    { x: 2, y: 3 },
    { x: 3, y: 4 },
  ];
  expect(linePath(spots, false)).toBe('M0 1M2 3L3 4');
});

test('a stepped line holds its value', () => {
  expect(
    linePath(
      [
        { x: 0, y: 5 },
        { x: 1, y: 5 },
        { x: 2, y: 3 },
      ],
      true,
    ),
  ).toBe('M0 5H1H2V3');
});

test('an area closes each stretch by itself', () => {
  expect(
    areaPath(
      [
        { x: 0, y: 1 },
        { x: 1, y: 2 },
        { x: 2, y: null },
        { x: 3, y: 2 },
      ],
      9,
      false,
    ),
  ).toBe('M0 1L1 2L1 9L0 9ZM3 2L3 9L3 9Z');
});

test('an axis ends at a round number', () => {
  expect([0, 0.0013, 3.2, 7, 11, 101].map(niceTop)).toEqual([1, 0.0015, 4, 8, 15, 150]);
});

test('a band closes each stretch in which both lines are known', () => {
  const upper = [{ x: 0, y: 1 }, { x: 1, y: 2 }, { x: 2, y: null }, { x: 3, y: 4 }];
  const lower = [{ x: 0, y: 5 }, { x: 1, y: 6 }, { x: 2, y: 7 }, { x: 3, y: 8 }];
  expect(bandPath(upper, lower)).toBe('M0 1L1 2L1 6L0 5ZM3 4L3 8Z');
  expect(bandPath([], [])).toBe('');
});
