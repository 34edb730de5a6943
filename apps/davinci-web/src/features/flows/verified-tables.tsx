/** Decides how each table of a verification is told: its verdict, its rows on both sides, what was left out, and the rows that differ with both values. */
import type { TableVerification } from '@rtdp/wormhole/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../../shell/numbers.ts';
import { Exact, Null } from '../../shell/quantity.tsx';
import { asSentence } from '../../shell/sentence.ts';
import { Status } from '../../shell/status.tsx';
import { useTell } from '../../shell/use-tell.ts';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { type ComparedLine, type ComparedValue, comparedLines, keyText } from './compared-values.ts';
import { nameOf, verdictStatus, worstFirst } from './verification-outcome.ts';
import './flows.css';

/** Its next step is a command that shows what this page does. */
const IS_HERE = 'WORMHOLE_NOT_SETTLED';
/** Keys of rows that could not be judged. */
const MOST_KEYS = 20;

export function VerifiedTables({ tables }: { tables: readonly TableVerification[] }): ReactNode {
  const { t, i18n } = useTranslation('console-flows');
  if (tables.length === 0) return null;
  const ordered = worstFirst(tables);
  const columns: ListColumn<TableVerification>[] = [
    { key: 'table', title: t('tables.column.table'), sort: nameOf, cell: nameOf },
    {
      key: 'verdict',
      title: t('verify.column.verdict'),
      sort: ({ verdict }) => verdict,
      cell: ({ verdict }) => <Status kind={verdictStatus(verdict)} word={t(`verify.verdict.${verdict}`)} />,
    },
    {
      key: 'sourceRows',
      title: t('verify.column.sourceRows'),
      align: 'end',
      sort: ({ comparison }) => comparison?.sourceRows ?? null,
      cell: ({ comparison }) => <Exact value={comparison?.sourceRows} />,
    },
    {
      key: 'sinkRows',
      title: t('verify.column.sinkRows'),
      align: 'end',
      sort: ({ comparison }) => comparison?.sinkRows ?? null,
      cell: ({ comparison }) => <Exact value={comparison?.sinkRows} />,
    },
    {
      key: 'differences',
      title: t('verify.column.differences'),
      align: 'end',
      sort: ({ comparison }) => comparison?.differences.length ?? null,
      cell: ({ comparison }) => {
        const value = formatNumber(comparison?.differences.length ?? 0, i18n.language);
        if (comparison === null) return null;
        return <span className="numbers">{comparison.more ? t('verify.andMore', { value }) : value}</span>;
      },
    },
    { key: 'notes', title: t('column.detail'), wraps: true, cell: (table) => <Notes table={table} /> },
  ];
  return (
    <>
      <ListTable
        label={t('verify.tables')}
        rows={ordered}
        columns={columns}
        rowKey={({ source, sink }) => `${source} ${sink}`}
      />
      {ordered.map((table) => (
        <Differences key={`${table.source} ${table.sink}`} table={table} />
      ))}
    </>
  );
}

function Notes({ table }: { table: TableVerification }): ReactNode {
  const { t } = useTranslation('console-flows');
  const tell = useTell();
  const { verdict, problem, comparison } = table;
  if (problem !== null) {
    return (
      <>
        <p>{asSentence(tell(problem.message))}</p>
        <p>
          {problem.code === IS_HERE ? null : tell(problem.next)} <code>{problem.code}</code>
        </p>
      </>
    );
  }
  // Rows that came between the two counts were looked at one by one.
  const isCountedApart = verdict === 'equal' && comparison !== null && comparison.sourceRows !== comparison.sinkRows;
  const notes = [
    ...table.notes.map((note) => asSentence(tell(note))),
    ...(isCountedApart ? [t('verify.countedApart')] : []),
  ];
  return notes.length === 0 ? <Null /> : notes.map((note) => <p key={note}>{note}</p>);
}

function Differences({ table }: { table: TableVerification }): ReactNode {
  const { t, i18n } = useTranslation('console-flows');
  const { differences = [], undecided = [], more = false } = table.comparison ?? {};
  if (differences.length === 0 && undecided.length === 0) return null;
  const columns: ListColumn<ComparedLine>[] = [
    { key: 'key', title: t('verify.column.key'), cell: ({ key }) => <code className="compared">{key}</code> },
    {
      key: 'column',
      title: t('dead.field'),
      cell: ({ column }) =>
        column === undefined ? <span className="muted">{t('verify.wholeRow')}</span> : <code>{column}</code>,
    },
    { key: 'source', title: t('verify.column.inSource'), cell: ({ source }) => <Value value={source} /> },
    { key: 'sink', title: t('verify.column.inSink'), cell: ({ sink }) => <Value value={sink} /> },
  ];
  const name = nameOf(table);
  return (
    <section className="stack tight" aria-label={name}>
      <h2>{t('verify.differencesOf', { table: name })}</h2>
      {differences.length === 0 ? null : (
        <ListTable
          label={t('verify.rowsOf', { table: name })}
          rows={comparedLines(differences)}
          columns={columns}
          rowKey={({ id }) => id}
        />
      )}
      {more ? <p className="muted">{t('verify.more', { count: differences.length })}</p> : null}
      {undecided.length === 0 ? null : (
        <div>
          <p>
            {t('verify.undecided', { count: undecided.length, value: formatNumber(undecided.length, i18n.language) })}
          </p>
          <ul className="sentences">
            {undecided.slice(0, MOST_KEYS).map((key) => (
              <li key={keyText(key)}>
                <code>{keyText(key)}</code>
              </li>
            ))}
            {undecided.length > MOST_KEYS ? (
              <li>{t('verify.moreKeys', { count: undecided.length - MOST_KEYS })}</li>
            ) : null}
          </ul>
        </div>
      )}
    </section>
  );
}

function Value({ value }: { value: ComparedValue }): ReactNode {
  const { t } = useTranslation('console-flows');
  switch (value.is) {
    case 'no row':
      return <span className="muted">{t('verify.noRow')}</span>;
    case 'null':
      // As in the database: a dash would be taken for a value here.
      return <code className="muted">NULL</code>;
    case 'empty':
      return <span className="muted">{t('verify.emptyText')}</span>;
    case 'text':
      return value.whole === undefined ? (
        <code className="compared">{value.cut}</code>
      ) : (
        <details>
          <summary title={value.whole}>
            <code className="compared">{value.cut}</code>
          </summary>
          <pre className="code compared-whole">{value.whole}</pre>
        </details>
      );
  }
}
