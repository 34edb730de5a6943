/** Decides how pulls are shown: progress and rest of those under way, and what can be done with each. */
import type { PullView, SourceView } from '@rtdp/dbus/client';
import { Button, Progress } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { useApi } from '../../api/use-api.ts';
import { Null, Quantity, When } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import { useTell } from '../../shell/use-tell.ts';
import { dbusPath, LOOK_EVERY } from '../console/console-api.ts';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { pullStatus } from '../console/statuses.ts';
import { useAct } from '../console/use-act.ts';
import { useWording } from '../console/use-wording.ts';
import { percentOf, restOf } from './pull-progress.ts';
import { pullCommands } from './source-commands.ts';

export function PullsTab({ source }: { source: SourceView }): ReactNode {
  const { t } = useTranslation('console-sources');
  const tell = useTell();
  const mayAct = useMay('editor');
  const words = useWording();
  const path = dbusPath('sources', source.name, 'pulls');
  const pulls = useApi<PullView[]>(path, { every: LOOK_EVERY });
  const { run, busy } = useAct([dbusPath('sources', source.name)]);
  const pullAll = mayAct ? (
    <Button loading={busy} onClick={() => void run({ method: 'POST', path, body: {}, done: t('pulls.askedAll') })}>
      {t('pulls.all')}
    </Button>
  ) : undefined;
  const columns: ListColumn<PullView>[] = [
    { key: 'table', title: t('tables.column.table'), sort: nameOf, cell: nameOf },
    {
      key: 'state',
      title: t('column.state'),
      sort: ({ state }) => state,
      cell: (pull) => {
        const why = pull.reason?.message ?? pull.waitsFor ?? undefined;
        return (
          <Status
            kind={pullStatus(pull)}
            word={t(`pulls.state.${pull.state}`)}
            {...(pull.state === 'cancelled' ? { shape: 'ended' as const } : {})}
            {...(why ? { why } : {})}
          />
        );
      },
    },
    {
      key: 'progress',
      title: t('pulls.column.progress'),
      cell: (pull) => (
        <div className="pull-progress">
          <Progress
            percent={percentOf(pull)}
            size="small"
            status={pull.state === 'failed' ? 'exception' : pull.state === 'running' ? 'active' : 'normal'}
            aria-label={t('pulls.progressOf', { table: nameOf(pull) })}
          />
        </div>
      ),
    },
    {
      key: 'rows',
      title: t('pulls.column.rows'),
      align: 'end',
      sort: ({ rows }) => rows,
      cell: ({ rows }) => <Quantity value={rows} />,
    },
    {
      key: 'rate',
      title: t('column.rate'),
      align: 'end',
      cell: ({ rowsPerSecond }) => (rowsPerSecond === null ? <Quantity value={null} /> : words.rate(rowsPerSecond)),
    },
    {
      key: 'left',
      title: t('pulls.column.left'),
      align: 'end',
      cell: (pull) => {
        const rest = restOf(pull);
        if (rest.is === 'nearlyDone') return t('pulls.nearlyDone');
        return rest.is === 'unknown' ? <Null /> : words.duration(rest.milliseconds);
      },
    },
    {
      key: 'cause',
      title: t('pulls.column.cause'),
      cell: ({ cause }) => t(`pulls.cause.${cause}`, { defaultValue: cause }),
    },
    {
      key: 'asked',
      title: t('pulls.column.asked'),
      sort: ({ askedAt }) => askedAt,
      cell: ({ askedAt }) => <When at={askedAt} />,
    },
    {
      key: 'detail',
      title: t('column.detail'),
      wide: true,
      cell: (pull) => {
        const why = tell(pull.reason?.message ?? pull.waitsFor ?? '');
        return why === '' ? <Null /> : <span title={why}>{why}</span>;
      },
    },
    ...(mayAct
      ? [
          {
            key: 'act',
            title: t('pulls.column.act'),
            quiet: true,
            cell: (pull: PullView) => (
              <div className="row">
                {pullCommands(pull.state).map((command) => (
                  <Button
                    key={command}
                    size="small"
                    disabled={busy}
                    onClick={() =>
                      void run({
                        method: 'POST',
                        path: dbusPath('sources', source.name, 'pulls', pull.id, command),
                        done: t(`pulls.command.${command}.done`, { table: nameOf(pull) }),
                      })
                    }
                  >
                    {t(`pulls.command.${command}.verb`)}
                  </Button>
                ))}
              </div>
            ),
          },
        ]
      : []),
  ];
  return (
    <Answer
      query={pulls}
      shape="lines"
      isEmpty={(list) => list.length === 0}
      empty={
        <Empty title={t('pulls.empty.title')} {...(pullAll === undefined ? {} : { action: pullAll })}>
          {t('pulls.empty.text')}
        </Empty>
      }
    >
      {(list) => (
        <div className="stack">
          <div className="row">
            <p className="muted grow">{t('pulls.about')}</p>
            {pullAll}
          </div>
          <ListTable label={t('tab.pulls')} rows={list} columns={columns} rowKey={({ id }) => id} />
        </div>
      )}
    </Answer>
  );
}

function nameOf({ schema, table }: PullView): string {
  return `${schema}.${table}`;
}
