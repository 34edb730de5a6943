/** Decides how rows are shown that DBus could not read or map: why, where they stand in the log, and their raw bytes. */
import type { deadLetterSchema, SourceView } from '@rtdp/dbus/client';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { useApi } from '../../api/use-api.ts';
import { When } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { useTell } from '../../shell/use-tell.ts';
import { dbusPath, LOOK_SELDOM } from '../console/console-api.ts';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { RawBytes } from '../console/raw-bytes.tsx';
import { Reason } from '../console/reason.tsx';

type DeadLetter = z.output<typeof deadLetterSchema>;

export function DeadLettersTab({ source }: { source: SourceView }): ReactNode {
  const { t } = useTranslation('console-sources');
  const tell = useTell();
  const { t: ofMessages } = useTranslation('console-health');
  const [opened, setOpened] = useUrlState<string>('letter', '');
  const letters = useApi<DeadLetter[]>(dbusPath('sources', source.name, 'dead-letters'), { every: LOOK_SELDOM });
  const columns: ListColumn<DeadLetter>[] = [
    {
      key: 'at',
      title: t('dead.column.at'),
      sort: ({ at }) => at,
      cell: (letter) => (
        <Button type="link" size="small" onClick={() => setOpened(letter.offset)}>
          <When at={letter.at} />
        </Button>
      ),
    },
    { key: 'table', title: t('tables.column.table'), sort: tableOf, cell: tableOf },
    {
      key: 'operation',
      title: t('dead.column.operation'),
      cell: ({ operation }) => ofMessages(`messages.operation.${operation}`, { defaultValue: operation }),
    },
    { key: 'code', title: t('dead.column.code'), sort: ({ code }) => code, cell: ({ code }) => <code>{code}</code> },
    {
      key: 'why',
      title: t('column.detail'),
      wide: true,
      cell: ({ message }) => <span title={tell(message)}>{tell(message)}</span>,
    },
  ];
  return (
    <Answer
      query={letters}
      shape="lines"
      isEmpty={(list) => list.length === 0}
      empty={<Empty title={t('dead.empty.title')}>{t('dead.empty.text')}</Empty>}
    >
      {(list) => {
        const one = list.find(({ offset }) => offset === opened);
        return (
          <div className="stack">
            {one === undefined ? null : (
              <section className="card stack" aria-label={t('dead.one')}>
                <div className="row">
                  <h2 className="grow">{tableOf(one)}</h2>
                  <Button onClick={() => setOpened(undefined)}>{t('close')}</Button>
                </div>
                <Reason reason={one} />
                <dl className="facts">
                  <dt>ums_id_</dt>
                  <dd>
                    <code>{one.id}</code>
                  </dd>
                  <dt>{t('dead.position')}</dt>
                  <dd>
                    <code>{one.position}</code>
                  </dd>
                  <dt>{t('dead.commit')}</dt>
                  <dd>{one.commitTs}</dd>
                  <dt>{t('tables.namespace')}</dt>
                  <dd>{one.namespace === null ? t('tables.notMet') : <code>{one.namespace}</code>}</dd>
                </dl>
                <RawBytes base64={one.raw} bytes={one.rawBytes} isCut={one.isRawCut} />
              </section>
            )}
            <ListTable
              label={t('dead.title')}
              rows={list}
              columns={columns}
              rowKey={({ offset }) => offset}
              chosen={opened}
              onChoose={({ offset }) => setOpened(offset)}
            />
          </div>
        );
      }}
    </Answer>
  );
}

function tableOf({ table }: DeadLetter): string {
  return `${table.schema}.${table.table}`;
}
