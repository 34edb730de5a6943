/** Decides how rows that a flow could not store are worked off: look at one, correct it, replay or discard one or many. */
import type { DeadLetterView, FlowStatus } from '@rtdp/wormhole/client';
import { App, Button, Checkbox, Segmented } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { useApi } from '../../api/use-api.ts';
import { Quantity, When } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { useTell } from '../../shell/use-tell.ts';
import { LOOK_EVERY, wormholePath } from '../console/console-api.ts';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { useAct } from '../console/use-act.ts';
import { DeadLetterDetail } from './dead-letter-detail.tsx';

const MOST = 500;

interface Replayed {
  results: { id: string; status: DeadLetterView['status']; reason: { message: string } | null }[];
}

export function FlowDeadLetters({ flow }: { flow: FlowStatus }): ReactNode {
  const { t } = useTranslation('console-flows');
  const tell = useTell();
  const { t: ofMessages } = useTranslation('console-health');
  const { notification, message } = App.useApp();
  const mayAct = useMay('editor');
  const [status, setStatus] = useUrlState<DeadLetterView['status'] | 'all'>('letters', 'open');
  const [opened, setOpened] = useUrlState<string>('letter', '');
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const path = wormholePath('flows', flow.name, 'dead-letters');
  const letters = useApi<DeadLetterView[]>(path, {
    query: { limit: MOST, ...(status === 'all' ? {} : { status }) },
    every: LOOK_EVERY,
    keep: true,
  });
  const { run, busy } = useAct([wormholePath('flows', flow.name)]);

  const settle = async (command: 'replay' | 'discard', ids: readonly string[] | 'all'): Promise<void> => {
    const answer = await run<Replayed>({ method: 'POST', path: `${path}/${command}`, body: { ids } });
    if (answer === undefined) return;
    // What was marked meanwhile stays marked.
    setMarked((before) => new Set(ids === 'all' ? [] : [...before].filter((id) => !ids.includes(id))));
    const refused = answer.results.filter((result) => result.status === 'open');
    const done = answer.results.length - refused.length;
    if (done > 0 || refused.length === 0) void message.success(t(`dead.${command}Done`, { count: done }));
    if (refused.length > 0) {
      notification.warning({
        title: t('dead.refused', { count: refused.length }),
        description: tell(refused[0]!.reason?.message ?? ''),
        duration: 0,
      });
    }
  };

  const mark = (id: string, isMarked: boolean): void =>
    setMarked((before) => new Set(isMarked ? [...before, id] : [...before].filter((each) => each !== id)));
  const columns: ListColumn<DeadLetterView>[] = [
    ...(mayAct
      ? [
          {
            key: 'mark',
            title: t('dead.mark'),
            quiet: true,
            cell: ({ id }: DeadLetterView) => (
              <Checkbox
                checked={marked.has(id)}
                aria-label={t('dead.markOne', { id })}
                onChange={(event) => mark(id, event.target.checked)}
              />
            ),
          },
        ]
      : []),
    {
      key: 'at',
      title: t('dead.column.at'),
      sort: ({ createdAt }) => createdAt,
      cell: ({ id, createdAt }) => (
        <Button type="link" size="small" onClick={() => setOpened(id)}>
          <When at={createdAt} />
        </Button>
      ),
    },
    { key: 'table', title: t('tables.column.table'), sort: tableOf, cell: tableOf },
    {
      key: 'operation',
      title: t('dead.column.operation'),
      cell: ({ operation }) => ofMessages(`messages.operation.${operation}`, { defaultValue: operation }),
    },
    { key: 'step', title: t('dead.column.step'), cell: ({ step }) => step },
    {
      key: 'status',
      title: t('column.state'),
      cell: (letter) => (
        <Status
          kind={letter.status === 'open' ? 'late' : letter.status === 'replayed' ? 'ok' : 'paused'}
          word={t(
            letter.status === 'open' && letter.edited !== null ? 'dead.status.edited' : `dead.status.${letter.status}`,
          )}
        />
      ),
    },
    {
      key: 'attempts',
      title: t('dead.column.attempts'),
      align: 'end',
      cell: ({ attempts }) => <Quantity value={attempts} />,
    },
    {
      key: 'why',
      title: t('column.detail'),
      wide: true,
      cell: ({ reason }) => <span title={tell(reason.message)}>{tell(reason.message)}</span>,
    },
  ];
  const ids = [...marked];
  return (
    <div className="stack">
      <div className="row wrap">
        <Segmented
          value={status}
          aria-label={t('dead.show')}
          onChange={(value) => setStatus(value as typeof status)}
          options={(['open', 'replayed', 'discarded', 'all'] as const).map((value) => ({
            value,
            label: t(`dead.status.${value}`),
          }))}
        />
        <span className="grow" />
        {!mayAct ? null : ids.length > 0 ? (
          <>
            <Button type="primary" disabled={busy} onClick={() => void settle('replay', ids)}>
              {t('dead.replay', { count: ids.length })}
            </Button>
            <Button danger disabled={busy} title={t('dead.discardHint')} onClick={() => void settle('discard', ids)}>
              {t('dead.discard', { count: ids.length })}
            </Button>
          </>
        ) : flow.openDeadLetters > 0 ? (
          <Button type="primary" disabled={busy} onClick={() => void settle('replay', 'all')}>
            {t('dead.replayAll')}
          </Button>
        ) : null}
      </div>
      {opened === '' ? null : (
        <DeadLetterDetail
          flow={flow.name}
          id={opened}
          onClose={() => setOpened(undefined)}
          onReplay={() => void settle('replay', [opened])}
          onDiscard={() => void settle('discard', [opened])}
        />
      )}
      <Answer
        query={letters}
        shape="lines"
        isEmpty={(list) => list.length === 0}
        empty={<Empty title={t(`dead.empty.${status}`)}>{t('dead.empty.text')}</Empty>}
      >
        {(list) => (
          <ListTable
            label={t('dead.title')}
            rows={list}
            columns={columns}
            rowKey={({ id }) => id}
            chosen={opened}
            onChoose={({ id }) => setOpened(id)}
          />
        )}
      </Answer>
    </div>
  );
}

function tableOf({ schema, table }: DeadLetterView): string {
  return `${schema}.${table}`;
}
