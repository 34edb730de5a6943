/** Decides what a verification says as a whole, as which state each verdict stands and in which order, and how far it is. Pure. */
import type { TableStatus, TableVerification, VerificationView } from '@rtdp/wormhole/client';
import type { StatusKind } from '../../shell/status.tsx';
import { tableName } from '../../shell/table-name.ts';

export interface Outcome {
  /** `undecided`: nothing differs as far as is known, but of some tables nothing can be said. `nothing`: no table could be compared. */
  is: 'equal' | 'different' | 'undecided' | 'partly' | 'nothing' | 'none';
  /** Names of the tables that it is about. */
  names: string[];
}

export function outcomeOf(tables: readonly TableVerification[]): Outcome {
  const of = (...verdicts: TableVerification['verdict'][]): string[] =>
    tables.filter(({ verdict }) => verdicts.includes(verdict)).map(nameOf);
  if (tables.length === 0) return { is: 'none', names: [] };
  const different = of('different');
  if (different.length > 0) return { is: 'different', names: different };
  const undecided = of('undecided', 'failed');
  if (undecided.length > 0) return { is: 'undecided', names: undecided };
  const equal = of('equal');
  if (equal.length === tables.length) return { is: 'equal', names: equal };
  const notComparable = of('not comparable');
  return notComparable.length === tables.length
    ? { is: 'nothing', names: notComparable }
    : { is: 'partly', names: of('partly', 'not comparable') };
}

/** As people call it: the sink's name, or the source's where there is no sink table. */
export function nameOf({ sink, source }: TableVerification): string {
  return sink ?? tableName(source);
}

export function verdictStatus(verdict: TableVerification['verdict']): StatusKind {
  switch (verdict) {
    case 'equal':
      return 'ok';
    case 'different':
      return 'broken';
    case 'undecided':
    case 'failed':
      return 'late';
    case 'partly':
    case 'not comparable':
      return 'unknown';
  }
}

const WORST_FIRST: readonly TableVerification['verdict'][] = [
  'different',
  'failed',
  'undecided',
  'not comparable',
  'partly',
  'equal',
];

/** What somebody has to look at stands first, else as they were judged. */
export function worstFirst(tables: readonly TableVerification[]): TableVerification[] {
  return tables.toSorted((a, b) => WORST_FIRST.indexOf(a.verdict) - WORST_FIRST.indexOf(b.verdict));
}

/** The table whose turn it is: they are judged in the order in which the flow has them. Undefined after the last. */
export function tableUnderWay(
  tables: readonly Pick<TableStatus, 'schema' | 'table' | 'sources'>[],
  { table: wanted, tables: judged }: Pick<VerificationView, 'table' | 'tables'>,
): string | undefined {
  return tables
    .flatMap(({ schema, table, sources }) => sources.map((source) => ({ source, sink: `${schema}.${table}`, table })))
    .filter(({ sink, table }) => wanted === null || wanted === sink || wanted === table)
    .find(({ source, sink }) => !judged.some((each) => each.source === source && each.sink === sink))?.sink;
}

/** In percent: the size of a table is estimated, and what differs is looked at again after its last row. */
export function percentOf({ rows, estimatedRows }: NonNullable<VerificationView['progress']>): number {
  return estimatedRows <= 0 ? 0 : Math.min(99, Math.floor((rows * 100) / estimatedRows));
}
