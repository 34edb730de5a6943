/** Decides how the past of a source or a flow is asked for and shown: the last hour, six hours or day, with what happened meanwhile. */
import { Segmented } from 'antd';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { late } from '../../shell/late.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { LOOK_SELDOM } from './console-api.ts';
import type { HistoryLine, HistoryMark } from './history-option.ts';
import { HistorySkeleton } from './history-skeleton.tsx';

const HistoryChart = late(async () => (await import('./history-chart.tsx')).default);

/** As DBus and Wormhole answer. */
interface Past {
  everySeconds: number;
  keptHours: number;
  figures: { at: string; values: Record<string, number | null> }[];
}

const RANGES = ['1', '6', '24'] as const;

export function PastFigures(props: {
  path: string;
  label: string;
  lines: readonly Omit<HistoryLine, 'points'>[];
  /** What is known from elsewhere; a counter that grew is told by `grown`. */
  marks: readonly HistoryMark[];
  /** Figures that count: when one grows, something happened. */
  grown?: Readonly<Record<string, { word: string; kind: HistoryMark['kind'] }>>;
}): ReactNode {
  const { t } = useTranslation('console');
  const { path, label, lines, marks, grown } = props;
  const [hours, setHours] = useUrlState<(typeof RANGES)[number]>('hours', '1');
  const past = useApi<Past>(path, { query: { hours }, every: LOOK_SELDOM, keep: true });
  const history = useMemo(() => {
    const samples = (past.data?.figures ?? []).map(({ at, values }) => ({ at: Date.parse(at), values }));
    const to = past.dataUpdatedAt;
    return {
      from: to - Number(hours) * 3_600_000,
      to,
      lines: lines.map((line) => ({
        ...line,
        points: samples.map(({ at, values }) => [at, values[line.key] ?? null] as const),
      })),
      marks: [...marks, ...marksOfGrowth(samples, grown ?? {})],
      unmeasured: t('past.unmeasured'),
    };
  }, [past.data, past.dataUpdatedAt, hours, lines, marks, grown, t]);
  const skeleton = <HistorySkeleton lines={lines} />;
  return (
    <section className="card stack tight" aria-label={label}>
      <div className="row wrap">
        <h2 className="grow">{t('past.title')}</h2>
        <Segmented
          size="small"
          aria-label={t('past.range')}
          value={hours}
          onChange={(value) => setHours(value as typeof hours)}
          options={RANGES.map((value) => ({ value, label: t('past.hours', { count: Number(value) }) }))}
        />
      </div>
      <Answer
        query={past}
        skeleton={
          <>
            {skeleton}
            {/* The line below the picture takes its room as well. */}
            <p className="small">&nbsp;</p>
          </>
        }
        isEmpty={({ figures }) => figures.length === 0}
        empty={<Empty small title={t('past.empty')} />}
      >
        {({ everySeconds, keptHours }) => (
          <>
            <HistoryChart history={history} label={label} meanwhile={skeleton} />
            <p className="muted small">{t('past.about', { seconds: everySeconds, hours: keptHours })}</p>
          </>
        )}
      </Answer>
    </section>
  );
}

function marksOfGrowth(
  samples: readonly { at: number; values: Record<string, number | null> }[],
  grown: Readonly<Record<string, { word: string; kind: HistoryMark['kind'] }>>,
): HistoryMark[] {
  return Object.entries(grown).flatMap(([name, mark]) =>
    samples.flatMap(({ at, values }, index) => {
      const [before, now] = [samples[index - 1]?.values[name], values[name]];
      return typeof before === 'number' && typeof now === 'number' && now > before ? [{ at, ...mark }] : [];
    }),
  );
}
