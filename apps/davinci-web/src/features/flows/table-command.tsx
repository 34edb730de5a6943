/** Decides what one sink table of a running flow is told to do: to pause, or to go on after a pause. */
import type { FlowStatus, TableStatus } from '@rtdp/wormhole/client';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { wormholePath } from '../console/console-api.ts';
import { useAct } from '../console/use-act.ts';

export function TableCommand({ flow, table }: { flow: FlowStatus; table: TableStatus }): ReactNode {
  const { t } = useTranslation('console-flows');
  const mayAct = useMay('editor');
  const { run, busy } = useAct([wormholePath('flows')]);
  if (!mayAct || flow.state !== 'running') return null;
  const command = table.state === 'paused' ? 'resume' : 'pause';
  return (
    <Button
      disabled={busy}
      type={command === 'resume' ? 'primary' : 'default'}
      onClick={() =>
        void run({
          method: 'POST',
          path: wormholePath('flows', flow.name, 'tables', table.schema, table.table, command),
          done: t(`tables.command.${command}.done`, { table: `${table.schema}.${table.table}` }),
        })
      }
    >
      {t(`tables.command.${command}.verb`)}
    </Button>
  );
}
