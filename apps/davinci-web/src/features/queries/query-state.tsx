/** Decides how the state of a query is told. */
import type { QueryRecordView } from '@rtdp/moonbox/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Status, type StatusKind } from '../../shell/status.tsx';

const KINDS: Record<QueryRecordView['state'], StatusKind> = {
  queued: 'late',
  running: 'unknown',
  done: 'ok',
  failed: 'broken',
  cancelled: 'paused',
  refused: 'broken',
};

export function QueryState({ query, tag }: { query: QueryRecordView; tag?: boolean }): ReactNode {
  const { t } = useTranslation('console-queries');
  return (
    <Status
      kind={KINDS[query.state]}
      word={t(`state.${query.state}`)}
      {...(query.state === 'cancelled' ? { shape: 'ended' as const } : {})}
      {...(query.error === null ? {} : { why: query.error.message })}
      {...(tag ? { tag } : {})}
    />
  );
}

export function isUnderWay({ state }: QueryRecordView): boolean {
  return state === 'queued' || state === 'running';
}
