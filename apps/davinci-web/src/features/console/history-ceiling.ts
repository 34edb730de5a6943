/** Decides where the axis of a strip of past figures ends: where a short peak would press all other values to the ground, below it, and the peak is told in figures. Pure. */

export interface Peak {
  at: number;
  value: number;
}

export interface Ceiling {
  /** Undefined: the axis ends where its values do. */
  top?: number;
  /** The highest of each run of values above it. */
  peaks: Peak[];
}

/** Part of the values that may stand above the axis. */
const RARE = 0.05;
/** A peak is so many times as high as the highest of the others at least: less leaves those readable. */
const TOWERING = 10;
/** What is usual takes half of the strip. */
const USUAL_PART = 0.5;

/** @param points when, and what; null where nobody knew */
export function ceilingOf(points: readonly (readonly [number, number | null])[]): Ceiling {
  const values = points.flatMap(([, value]) => (value === null ? [] : [value])).sort((a, b) => a - b);
  const highest = values.at(-1) ?? 0;
  const usual = values[Math.ceil(values.length * (1 - RARE)) - 1] ?? 0;
  // Where nearly all are zero, nothing is pressed to the ground.
  if (usual <= 0 || highest < usual * TOWERING) return { peaks: [] };
  const top = roundUp(usual / USUAL_PART);
  const peaks: Peak[] = [];
  let isAbove = false;
  for (const [at, value] of points) {
    const wasAbove: boolean = isAbove;
    isAbove = value !== null && value > top;
    if (value === null || !isAbove) continue;
    const last = peaks.at(-1);
    if (!wasAbove || last === undefined) peaks.push({ at, value });
    else if (value > last.value) peaks.splice(-1, 1, { at, value });
  }
  return { top, peaks };
}

/** To a number that an axis may carry as well as its half: 1, 2, 4 or 8 and zeros. */
function roundUp(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 8, 10].find((each) => each * unit >= value) ?? 10;
  return step * unit;
}
