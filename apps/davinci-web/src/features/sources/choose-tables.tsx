/** Decides how tables are chosen when a source is registered: all of them, now and later, or single ones. */
import type { tableReportSchema } from '@rtdp/dbus/client';
import { Checkbox, InputNumber, Radio } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { Quantity } from '../../shell/quantity.tsx';
import { SearchField } from '../../shell/search-field.tsx';
import { Status } from '../../shell/status.tsx';
import { Field } from '../console/field.tsx';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { losses } from './group-problems.ts';
import { ProblemList } from './problem-list.tsx';
import type { SourceForm } from './source-form.ts';
import { tablePattern } from './table-pattern.ts';

type TableReport = z.output<typeof tableReportSchema>;

export function ChooseTables(props: {
  form: SourceForm;
  onChange: (form: SourceForm) => void;
  tables: readonly TableReport[];
}): ReactNode {
  const { t } = useTranslation('console-sources');
  const { form, onChange, tables } = props;
  const [find, setFind] = useState('');
  const set = (part: Partial<SourceForm>): void => onChange({ ...form, ...part });
  const shown = tables.filter(({ schema, table }) => `${schema}.${table}`.toLowerCase().includes(find.toLowerCase()));
  const isMarked = (table: TableReport): boolean => form.choice === 'all' || form.tables.includes(tablePattern(table));
  const mark = (table: TableReport, marked: boolean): void => {
    const pattern = tablePattern(table);
    set({ tables: marked ? [...form.tables, pattern] : form.tables.filter((each) => each !== pattern) });
  };
  const columns: ListColumn<TableReport>[] = [
    {
      key: 'mark',
      title: t('tables.mark'),
      quiet: true,
      cell: (table) => (
        <Checkbox
          checked={isMarked(table)}
          disabled={form.choice === 'all'}
          aria-label={t('tables.markOne', { table: `${table.schema}.${table.table}` })}
          onChange={(event) => mark(table, event.target.checked)}
        />
      ),
    },
    {
      key: 'table',
      title: t('tables.column.table'),
      sort: ({ schema, table }) => `${schema}.${table}`,
      cell: ({ schema, table }) => `${schema}.${table}`,
    },
    {
      key: 'key',
      title: t('tables.column.key'),
      cell: ({ keyColumns }) => (keyColumns.length === 0 ? t('tables.noKey') : keyColumns.join(', ')),
    },
    {
      key: 'capture',
      title: t('tables.column.capture'),
      cell: ({ capture, problems }) => (
        <Status
          kind={capture === null ? 'broken' : losses(problems).length > 0 ? 'late' : 'ok'}
          word={t(`capture.${capture ?? 'nothing'}`)}
          {...(losses(problems).length === 0
            ? {}
            : {
                why: losses(problems)
                  .map(({ message }) => message)
                  .join(' '),
              })}
        />
      ),
    },
    {
      key: 'rows',
      title: t('tables.column.rows'),
      align: 'end',
      sort: ({ estimatedRows }) => estimatedRows,
      cell: ({ estimatedRows }) => <Quantity value={estimatedRows < 0 ? null : estimatedRows} />,
    },
    {
      key: 'size',
      title: t('tables.column.size'),
      align: 'end',
      sort: ({ bytes }) => bytes,
      cell: ({ bytes }) => <Quantity value={bytes} format={{ kind: 'bytes' }} />,
    },
  ];
  const needed = tables.filter((table) => isMarked(table)).flatMap(({ problems }) => problems);
  return (
    <div className="stack">
      <Radio.Group
        value={form.choice}
        onChange={(event) => set({ choice: event.target.value as SourceForm['choice'] })}
        options={[
          { value: 'all', label: t('choose.all', { count: tables.length }) },
          { value: 'some', label: t('choose.some') },
        ]}
      />
      {form.choice === 'all' ? (
        <Checkbox checked={form.future} onChange={(event) => set({ future: event.target.checked })}>
          {t('choose.future')}
        </Checkbox>
      ) : null}
      <Checkbox checked={form.initial} onChange={(event) => set({ initial: event.target.checked })}>
        {t('choose.initial')}
      </Checkbox>
      <Field label={t('choose.partitions')} hint={t('choose.partitionsHint')}>
        {(id) => (
          <div>
            <InputNumber
              id={id}
              min={1}
              max={256}
              value={form.partitions}
              onChange={(value) => set({ partitions: value ?? 4 })}
            />
          </div>
        )}
      </Field>
      {tables.length > 12 ? <SearchField label={t('tables.find')} value={find} onChange={setFind} /> : null}
      <ListTable
        label={t('tab.tables')}
        rows={shown}
        columns={columns}
        rowKey={({ schema, table }) => `${schema}.${table}`}
      />
      {needed.length === 0 ? null : (
        <details>
          <summary>{t('choose.problems', { count: needed.length })}</summary>
          <ProblemList problems={needed} />
        </details>
      )}
    </div>
  );
}
