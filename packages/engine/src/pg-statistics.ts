/** Variances, correlations and regressions of double precision, by the formulas of Youngs and Cramer as Postgres computes them. */
import { fail } from './row-failure.ts';

function checkOverflow(sum: number, before: number, values: readonly number[]): void {
  if (!Number.isFinite(sum) && !Number.isNaN(sum) && Number.isFinite(before) && values.every(Number.isFinite))
    fail('value out of range: overflow');
}

/** `list`: numbers separated by blanks. NULL where there are too few. */
export function float8Deviation(kind: string, list: string): number | null {
  let [count, sum, squares] = [0, 0, 0];
  for (const text of list.split(' ')) {
    const value = Number(text);
    const before = sum;
    count += 1;
    sum += value;
    if (count > 1) {
      const distance = value * count - sum;
      squares += (distance * distance) / (count * (count - 1));
      checkOverflow(sum, before, [value]);
      checkOverflow(squares, before, [value]);
      if (!Number.isFinite(sum) || !Number.isFinite(squares)) squares = Number.NaN;
    } else if (!Number.isFinite(value)) squares = Number.NaN;
  }
  const isSample = kind.endsWith('_samp');
  if (isSample && count < 2) return null;
  const variance = squares / (isSample ? count - 1 : count);
  return kind.startsWith('var') ? variance : Math.sqrt(variance);
}

/** `list`: pairs `y,x` separated by blanks. NULL where Postgres has none. */
export function float8Regression(kind: string, list: string): number | null {
  let [n, sx, sxx, sy, syy, sxy] = [0, 0, 0, 0, 0, 0];
  for (const pair of list.split(' ')) {
    const [y, x] = pair.split(',').map(Number) as [number, number];
    n += 1;
    sx += x;
    sy += y;
    if (n > 1) {
      const [dx, dy] = [x * n - sx, y * n - sy];
      const scale = 1 / (n * (n - 1));
      sxx += dx * dx * scale;
      syy += dy * dy * scale;
      sxy += dx * dy * scale;
      if ([sx, sxx, sy, syy, sxy].some((value) => !Number.isFinite(value))) {
        for (const value of [sx, sxx, sy, syy, sxy]) checkOverflow(value, 0, [x, y]);
        if (!Number.isFinite(sxx)) sxx = Number.NaN;
        if (!Number.isFinite(syy)) syy = Number.NaN;
        if (!Number.isFinite(sxy)) sxy = Number.NaN;
      }
    } else {
      if (!Number.isFinite(x)) [sxx, sxy] = [Number.NaN, Number.NaN];
      if (!Number.isFinite(y)) [syy, sxy] = [Number.NaN, Number.NaN];
    }
  }
  switch (kind) {
    case 'regr_count':
      return n;
    case 'regr_avgx':
      return sx / n;
    case 'regr_avgy':
      return sy / n;
    case 'regr_sxx':
      return sxx;
    case 'regr_syy':
      return syy;
    case 'regr_sxy':
      return sxy;
    case 'covar_pop':
      return sxy / n;
    case 'covar_samp':
      return n < 2 ? null : sxy / (n - 1);
    case 'corr':
      return sxx === 0 || syy === 0 ? null : sxy / Math.sqrt(sxx * syy);
    case 'regr_r2':
      return sxx === 0 ? null : syy === 0 ? 1 : (sxy * sxy) / (sxx * syy);
    case 'regr_slope':
      return sxx === 0 ? null : sxy / sxx;
    default:
      return sxx === 0 ? null : (sy - (sx * sxy) / sxx) / n;
  }
}
