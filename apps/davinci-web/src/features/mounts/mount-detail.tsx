/** Decides what is shown of one mounted database: what failed, its tables, and the columns of a chosen one. */
import type { MountView, TableDetailView, TableView } from '@rtdp/moonbox/client';
import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type List, useApi } from '../../api/use-api.ts';
import { Null, Quantity } from '../../shell/quantity.tsx';
import { SearchField } from '../../shell/search-field.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { moonboxPath } from '../console/console-api.ts';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { Reason } from '../console/reason.tsx';
import { DefinedState, DefinitionOf } from './defined-here.tsx';

export function MountDetail({ mount }: { mount: MountView }): ReactNode {
  return (
    <section className="card stack" aria-label={mount.name}>
      <h2>{mount.name}</h2>
      {mount.error === null ? null : <Reason reason={mount.error} />}
      <DatabaseTables database={mount.name} />
    </section>
  );
}

export function DatabaseTables({ database }: { database: string }): ReactNode {
  const { t } = useTranslation('console-queries');
  const [find, setFind] = useState('');
  const [opened, setOpened] = useUrlState<string>('table', '');
  const tables = useApi<List<TableView>>(moonboxPath('databases', database, 'tables'));
  const columns: ListColumn<TableView>[] = [
    {
      key: 'name',
      title: t('tables.name'),
      sort: ({ name }) => name,
      cell: ({ name }) => (
        <Button type="link" size="small" onClick={() => setOpened(opened === name ? undefined : name)}>
          {name}
        </Button>
      ),
    },
    {
      key: 'kind',
      title: t('tables.kind'),
      sort: ({ kind, definedHere }) => `${definedHere?.state ?? ''} ${kind}`,
      cell: (table) => <DefinedState table={table} />,
    },
    {
      key: 'rows',
      title: t('tables.rows'),
      align: 'end',
      sort: ({ rowEstimate }) => rowEstimate,
      cell: ({ rowEstimate }) => <Quantity value={rowEstimate} />,
    },
    {
      key: 'columns',
      title: t('tables.columns'),
      align: 'end',
      sort: ({ columns: count }) => count,
      cell: ({ columns: count }) => <Quantity value={count} />,
    },
    {
      key: 'live',
      title: t('tables.live'),
      cell: ({ sinkNamespace }) =>
        sinkNamespace === null ? <Null /> : <Status kind="ok" word={t('tables.written')} why={sinkNamespace} />,
    },
    {
      key: 'comment',
      title: t('tables.comment'),
      wide: true,
      cell: ({ comment }) => (comment === null ? <Null /> : <span title={comment}>{comment}</span>),
    },
  ];
  return (
    <Answer
      query={tables}
      shape="lines"
      isEmpty={({ items }) => items.length === 0}
      empty={<Empty title={t('tables.empty.title')}>{t('tables.empty.text')}</Empty>}
    >
      {({ items }) => (
        <>
          {items.length > 12 ? <SearchField label={t('tables.find')} value={find} onChange={setFind} /> : null}
          {items.some(({ name }) => name === opened) ? <TableColumns database={database} table={opened} /> : null}
          <ListTable
            label={t('mounts.column.tables')}
            rows={items.filter(({ name }) => name.toLowerCase().includes(find.toLowerCase()))}
            columns={columns}
            rowKey={({ name }) => name}
            chosen={opened}
          />
        </>
      )}
    </Answer>
  );
}

function TableColumns({ database, table }: { database: string; table: string }): ReactNode {
  const { t } = useTranslation('console-queries');
  const detail = useApi<TableDetailView>(moonboxPath('tables', database, table));
  return (
    <Answer query={detail} shape="lines">
      {(one) => (
        <section className="stack tight" aria-label={table}>
          <h2>
            {database}.{table}
          </h2>
          <ListTable
            label={t('tables.columnsOf', { table })}
            rows={one.columns}
            rowKey={({ name }) => name}
            columns={[
              { key: 'name', title: t('tables.column'), cell: ({ name }) => <code>{name}</code> },
              { key: 'type', title: t('tables.type'), cell: ({ type }) => type },
              { key: 'source', title: t('tables.sourceType'), cell: ({ sourceType }) => sourceType },
              {
                key: 'key',
                title: t('tables.key'),
                cell: ({ name, nullable }) =>
                  one.primaryKey.includes(name) ? t('tables.key') : nullable ? '' : t('tables.notNull'),
              },
              { key: 'comment', title: t('tables.comment'), wide: true, cell: ({ comment }) => comment },
            ]}
          />
          {one.definedHere?.state === undefined ? null : <DefinitionOf database={database} name={one.name} />}
          {one.sinkNamespace === null ? null : (
            <p className="muted small">
              {t('tables.sink')} <code>{one.sinkNamespace}</code>
            </p>
          )}
        </section>
      )}
    </Answer>
  );
}
