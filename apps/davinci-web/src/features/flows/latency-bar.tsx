/** Decides how the way of a row is split in time: source → Kafka → transform → sink, each part as wide as it took. */
import type { TableStatus } from '@rtdp/wormhole/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../shell/numbers.ts';
import { Null } from '../../shell/quantity.tsx';
import './flows.css';

export const LATENCY_PARTS = ['source', 'kafka', 'transform', 'sink'] as const;

export function LatencyBar({
  latency,
  legend,
  longest,
}: {
  latency: TableStatus['latency'];
  legend?: boolean;
  /** Milliseconds of the longest among those it stands with, so that their lengths compare; else it takes all the room. */
  longest?: number;
}): ReactNode {
  const { t, i18n } = useTranslation('console-flows');
  if (latency === null) return <Null />;
  const parts = LATENCY_PARTS.map((part) => ({ part, value: latency[part] }));
  const total = totalOf(latency);
  const time = (milliseconds: number): string => formatDuration(milliseconds, i18n.language);
  // What could not be measured took some time all the same: nothing is said of it.
  const words = parts.flatMap(({ part, value }) => (value === null ? [] : [`${t(`latency.${part}`)} ${time(value)}`]));
  const told = words.join(' · ');
  return (
    <div className="latency">
      <div className="row">
        <div className="latency-bar" role="img" aria-label={told} title={told}>
          {parts.map(({ part, value }) => (
            <span
              key={part}
              className={`latency-part ${part}`}
              style={{ flexGrow: value === null ? 0 : Math.max(value, total / 200, 0.001) }}
            />
          ))}
          {longest === undefined || longest <= total ? null : <span style={{ flex: `${longest - total} 0 0` }} />}
        </div>
        <span className="numbers">{time(total)}</span>
      </div>
      {legend ? (
        <ul className="latency-legend">
          {parts.map(({ part, value }) => (
            <li key={part}>
              <span className={`latency-dot ${part}`} aria-hidden />
              {t(`latency.${part}`)} {value === null ? <Null /> : <span className="numbers">{time(value)}</span>}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

export function totalOf(latency: NonNullable<TableStatus['latency']>): number {
  return latency.total ?? LATENCY_PARTS.reduce((sum, part) => sum + (latency[part] ?? 0), 0);
}

/** Milliseconds; undefined where nothing has a time yet. */
export function longestOf(latencies: readonly (TableStatus['latency'] | undefined)[]): number | undefined {
  const totals = latencies.flatMap((latency) => (latency ? [totalOf(latency)] : []));
  return totals.length === 0 ? undefined : Math.max(...totals);
}
