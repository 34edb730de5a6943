/** Decides how the last two minutes of a rate are drawn: one small curve from zero, told in words too. */
import type { ReactNode } from 'react';
import './console.css';

const WIDTH = 96;
const HEIGHT = 24;

export function Sparkline({ values, label }: { values: readonly number[]; label: string }): ReactNode {
  if (values.length < 2) return <span className="sparkline" aria-hidden="true" />;
  const most = Math.max(...values, 1e-9);
  const points = values.map((value, at) => {
    const x = (at * WIDTH) / (values.length - 1);
    const y = HEIGHT - 1 - (Math.max(0, value) / most) * (HEIGHT - 2);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <polygon points={`0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} />
      <polyline points={points.join(' ')} />
    </svg>
  );
}
