/** Decides how a Postgres table and the sink table that follows it are compared: which columns, which rows, under which names. */
import { RtdpError } from '@rtdp/ums/error';
import type { UmsField } from '@rtdp/ums/types';
import type { Pool } from 'pg';
import type { ComparedSide, CompareOptions, Comparison } from '../compare.ts';
import { compareTables } from '../compare.ts';
import type { SinkDefinition } from '../contract.ts';
import { type ComparedField, PostgresComparedSide } from './checksum.ts';
import { qualify, quoteLiteral } from './dialect.ts';
import type { SourceColumns } from './source-columns.ts';
import { ACTIVE, liveView, SOURCE } from './table-shape.ts';
import { keepsSourceType } from './types.ts';

/** The source's table, here or in another process. */
export interface FollowedSource {
  /** @throws STORE_NOT_COMPARABLE if the source has no such table */
  columns(): Promise<Pick<SourceColumns, 'names' | 'virtual'>>;
  /** Over the table as it is when it is asked. */
  side(fields: readonly ComparedField[]): ComparedSide;
}

export interface FollowedTable {
  readonly source: FollowedSource;
  /** The database of the sink. */
  readonly sink: Pool;
  /** As the flow writes it; its fields name the source's columns too, as UMS knows them (a flow without SQL). */
  readonly definition: SinkDefinition;
  /** `tableIdentity` of the source, needed where several sources feed the sink table. */
  readonly sourceIdentity?: string;
}

export interface NotCompared {
  column: string;
  why: string;
  /** False for a column that only the sink has: nothing of the source is left out with it. */
  ofSource: boolean;
}

export type FollowedComparison = Comparison & { notCompared: readonly NotCompared[] };

/** @throws STORE_NOT_COMPARABLE, and what the stores and `settle` throw */
export async function compareFollowedTable(
  table: FollowedTable,
  options: Omit<CompareOptions, 'source' | 'sink'>,
): Promise<FollowedComparison> {
  const { definition } = table;
  requireRows(definition);
  const { fields, notCompared } = chooseColumns(definition, await table.source.columns());
  const history = definition.deletes === 'history';
  const conditions = [
    ...(definition.deletes === 'tombstone' ? [`${ACTIVE} = 1`] : []),
    ...(definition.sourceNamespaceInKey ? [`${SOURCE} = ${quoteLiteral(table.sourceIdentity ?? '')}`] : []),
  ];
  const sink = new PostgresComparedSide({
    pool: table.sink,
    table: history ? liveView(definition) : qualify(definition.schema, definition.table),
    fields,
    versioned: !history,
    ...(conditions.length > 0 ? { condition: conditions.join(' AND ') } : {}),
  });
  return { ...(await compareTables({ ...options, source: table.source.side(fields), sink })), notCompared };
}

/** @throws STORE_NOT_COMPARABLE if no row of the sink table answers to one of the source, with the way out that there is */
function requireRows(definition: SinkDefinition): void {
  const { schema, table, fields } = definition;
  const keys = fields.filter((field) => field.key);
  const odd = keys.find((field) => !hasOneText(field, definition));
  if (!definition.explode && keys.length > 0 && odd === undefined) return;
  throw new RtdpError({
    code: 'STORE_NOT_COMPARABLE',
    message:
      odd === undefined
        ? `${schema}.${table} has no row that answers to one row of the source`
        : `the key column ${odd.name} of ${schema}.${table} is ${odd.sourceType ?? odd.type}, which has no one text to find a row by`,
    next:
      definition.explode || odd !== undefined
        ? 'Compare the flow’s result by a query of your own.'
        : 'Give the source table a primary key.',
    facts: { schema, table, ...(odd === undefined ? {} : { column: odd.name }) },
  });
}

/** What both sides have and show alike, and what is left out. @throws STORE_NOT_COMPARABLE if the source has the key no more */
function chooseColumns(
  definition: SinkDefinition,
  { names, virtual }: Pick<SourceColumns, 'names' | 'virtual'>,
): { fields: UmsField[]; notCompared: NotCompared[] } {
  const fields: UmsField[] = [];
  const notCompared: NotCompared[] = [];
  for (const field of definition.fields) {
    const { name, key } = field;
    if (!names.has(name) && key) {
      throw new RtdpError({
        code: 'STORE_NOT_COMPARABLE',
        message: `the source of ${definition.schema}.${definition.table} has no key column ${name} any more`,
        next: 'The flow follows it with the next changed row, or pauses the table and says what it needs.',
        facts: { schema: definition.schema, table: definition.table, column: name },
      });
    }
    const form = `${field.sourceType ?? field.type} is kept in another form in the sink`;
    if (!names.has(name)) notCompared.push({ column: name, why: 'the source has it no more', ofSource: false });
    else if (hasOneText(field, definition)) fields.push(field);
    else notCompared.push({ column: name, why: form, ofSource: true });
  }
  const known = new Set(definition.fields.map((field) => field.name));
  for (const name of names.keys()) {
    if (known.has(name)) continue;
    const why = virtual.has(name) ? 'it is computed when it is read, and no log holds it' : 'the sink has it not';
    notCompared.push({ column: name, why, ofSource: true });
  }
  return { fields, notCompared };
}

/**
 * Whether `column::text` is the same in source and sink: the sink has the source's own type, or keeps its text. Values of other types that the
 * sink holds as JSON or as a timestamp without zone are rendered in another way.
 */
function hasOneText(field: UmsField, { sourceSystem }: SinkDefinition): boolean {
  if (field.key && field.type.startsWith('json')) return false;
  return keepsSourceType(field, sourceSystem) || !['jsonarray', 'jsonobject', 'datetime'].includes(field.type);
}
