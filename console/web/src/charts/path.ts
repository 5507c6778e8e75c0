export interface Spot {
  x: number;
  /** null where the value is unknown: the line breaks there. */
  y: number | null;
}

/** Path of a line through the spots; stepped ones hold their value until the next. */
export function linePath(spots: readonly Spot[], stepped: boolean): string {
  let path = '';
  let previous: { x: number; y: number } | null = null;
  for (const spot of spots) {
    if (spot.y === null) {
      if (previous && stepped) path += `H${round(spot.x)}`;
      previous = null;
      continue;
    }
    if (previous === null) path += `M${round(spot.x)} ${round(spot.y)}`;
    else if (stepped) {
      path += `H${round(spot.x)}`;
      if (spot.y !== previous.y) path += `V${round(spot.y)}`;
    } else path += `L${round(spot.x)} ${round(spot.y)}`;
    previous = { x: spot.x, y: spot.y };
  }
  return path;
}

/** The same line closed down to the base, for the filled area; each unbroken stretch by itself. */
export function areaPath(spots: readonly Spot[], base: number, stepped: boolean): string {
  let path = '';
  let stretch: Spot[] = [];
  const close = () => {
    const first = stretch[0];
    const last = stretch.at(-1);
    if (first && last) path += `${linePath(stretch, stepped)}L${round(last.x)} ${round(base)}L${round(first.x)} ${round(base)}Z`;
    stretch = [];
  };
  for (const spot of spots) {
    if (spot.y === null) close();
    else stretch.push(spot);
  }
  close();
  return path;
}

/** The area between two lines over the same spots; each stretch where both are known by itself. */
export function bandPath(upper: readonly Spot[], lower: readonly Spot[]): string {
  let path = '';
  let from = 0;
  for (let i = 0; i <= upper.length; i++) {
    if (i < upper.length && upper[i]!.y !== null && lower[i]?.y != null) continue;
    if (i > from) {
      const back = lower.slice(from, i).reverse();
      path += `${linePath(upper.slice(from, i), false)}${linePath(back, false).replace('M', 'L')}Z`;
    }
    from = i + 1;
  }
  return path;
}

/** A round number at or above the value: 1, 2, 2.5, 5 × 10ⁿ. */
export function niceTop(value: number): number {
  if (value <= 0 || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 1.5, 2, 3, 4, 5, 6, 8, 10]) {
    if (step * power >= value * 0.9999) return step * power;
  }
  return 10 * power;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
