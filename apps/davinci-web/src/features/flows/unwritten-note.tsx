/** Decides how it is told that dead letters are of tables that the flow no longer writes: how many, of which, and the way to them. */
import type { DeadLetterView, FlowStatus } from '@rtdp/wormhole/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { Link } from '../../shell/link.tsx';
import { LOOK_SELDOM, wormholePath } from '../console/console-api.ts';
import { unwrittenCount, unwrittenTables } from './unwritten-letters.ts';

/** Looked through for the names of tables. */
const MOST = 1_000;

export function UnwrittenNote({ flow }: { flow: FlowStatus }): ReactNode {
  const { t } = useTranslation('console-flows');
  const count = unwrittenCount(flow);
  const letters = useApi<DeadLetterView[]>(wormholePath('flows', flow.name, 'dead-letters'), {
    query: { status: 'open', limit: MOST },
    enabled: count > 0,
    every: LOOK_SELDOM,
  });
  if (count <= 0) return null;
  const names = unwrittenTables(flow, letters.data ?? []).join(', ');
  return (
    <div className="reason late">
      <p>
        {names === '' ? t('dead.unwritten', { count }) : t('dead.unwrittenOf', { count, tables: names })}{' '}
        <Link to={`/flows/${encodeURIComponent(flow.name)}?tab=dead-letters`}>{t('dead.look')}</Link>
      </p>
    </div>
  );
}
