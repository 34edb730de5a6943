/** Decides how the past of a flow is told: how fast it was, how far behind and how old its tables, with what was restarted and what failed. */
import type { FlowStatus } from '@rtdp/wormhole/client';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../../shell/numbers.ts';
import { wormholePath } from '../console/console-api.ts';
import type { HistoryMark } from '../console/history-option.ts';
import { PastFigures } from '../console/past-figures.tsx';
import { useWording } from '../console/use-wording.ts';

export function FlowPast({
  flow,
}: {
  flow: Pick<FlowStatus, 'name' | 'revision' | 'createdAt' | 'updatedAt'>;
}): ReactNode {
  const { t, i18n } = useTranslation('console-flows');
  const words = useWording();
  const { name, revision, createdAt, updatedAt } = flow;
  const lines = useMemo(
    () => [
      { key: 'rowsPerSecond', name: t('column.rate'), write: words.rate },
      {
        key: 'lag',
        name: t('column.lag'),
        write: (value: number) => formatNumber(value, i18n.language),
        whole: true as const,
      },
      { key: 'freshnessMillis', name: t('figure.freshness'), write: words.duration },
      { key: 'latencyMillis', name: t('column.latency'), write: words.duration },
    ],
    [t, words, i18n.language],
  );
  const marks = useMemo<HistoryMark[]>(
    () => [
      { at: Date.parse(createdAt), word: t('edit.deployed', { name }), kind: 'ok' },
      ...(revision === 1
        ? []
        : [{ at: Date.parse(updatedAt), word: t('edit.changed', { name }), kind: 'late' as const }]),
    ],
    [name, revision, createdAt, updatedAt, t],
  );
  const grown = useMemo(() => ({ openDeadLetters: { word: t('past.deadLetter'), kind: 'broken' as const } }), [t]);
  return (
    <PastFigures
      path={wormholePath('flows', name, 'figures')}
      label={t('past.chart', { name })}
      lines={lines}
      marks={marks}
      grown={grown}
    />
  );
}
