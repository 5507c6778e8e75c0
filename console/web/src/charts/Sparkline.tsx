import type { Maybe } from '../data/types';
import { isKnown } from '../format';
import { linePath } from './path';

const WIDTH = 200;
const HEIGHT = 34;

/** The shape of a quarter of an hour without axes; the chart below tells the numbers. */
export function Sparkline({ values, stepped = false }: { values: Maybe<number>[]; stepped?: boolean }) {
  const known = values.filter(isKnown);
  const top = Math.max(1e-9, ...known);
  const x = (index: number) => (values.length < 2 ? 0 : (index / (values.length - 1)) * WIDTH);
  const y = (value: number) => HEIGHT - 2 - (value / top) * (HEIGHT - 6);
  const path = linePath(
    values.map((value, index) => ({ x: x(index), y: isKnown(value) ? y(value) : null })),
    stepped,
  );
  return (
    <svg className="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
