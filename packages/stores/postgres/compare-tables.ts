/** Decides how a Postgres table and the sink table that follows it are compared: which columns, which rows, under which names. */
import { RtdpError } from '@rtdp/ums/error';
import type { UmsField } from '@rtdp/ums/types';
import type { CompareOptions, Comparison } from '../compare.ts';
import { compareTables } from '../compare.ts';
import type { SinkDefinition } from '../contract.ts';
import { PostgresComparedSide } from './checksum.ts';
import { openReader } from './connect.ts';
import { qualify, quoteLiteral } from './dialect.ts';
import { ACTIVE, liveView, SOURCE } from './table-shape.ts';
import { keepsSourceType } from './types.ts';

export interface FollowedTable {
  readonly sourceUrl: string;
  readonly sourceSchema: string;
  readonly sourceTable: string;
  readonly sinkUrl: string;
  /** As the flow writes it; its fields name the source's columns too (a flow without SQL). */
  readonly definition: SinkDefinition;
  /** `tableIdentity` of the source, needed where several sources feed the sink table. */
  readonly source?: string;
}

export type FollowedComparison = Comparison & { notCompared: readonly { column: string; why: string }[] };

export async function compareFollowedTable(
  table: FollowedTable,
  options: Omit<CompareOptions, 'source' | 'sink'>,
): Promise<FollowedComparison> {
  const { definition } = table;
  const keys = definition.fields.filter((field) => field.key);
  if (definition.explode || keys.length === 0 || !keys.every((field) => hasOneText(field, definition))) {
    throw new RtdpError({
      code: 'STORE_NOT_COMPARABLE',
      message: `${definition.schema}.${definition.table} has no row that answers to one row of the source`,
      next: definition.explode
        ? 'Compare the flow’s result by a query of your own.'
        : 'Give the source table a primary key.',
      facts: { schema: definition.schema, table: definition.table },
    });
  }
  const fields = definition.fields.filter((field) => hasOneText(field, definition));
  const notCompared = definition.fields
    .filter((field) => !fields.includes(field))
    .map((field) => ({
      column: field.name,
      why: `${field.sourceType ?? field.type} is kept in another form in the sink`,
    }));
  const sourcePool = openReader(table.sourceUrl);
  const sinkPool = openReader(table.sinkUrl);
  try {
    const source = new PostgresComparedSide({
      pool: sourcePool,
      table: qualify(table.sourceSchema, table.sourceTable),
      fields,
      versioned: true,
    });
    const history = definition.deletes === 'history';
    const conditions = [
      ...(definition.deletes === 'tombstone' ? [`${ACTIVE} = 1`] : []),
      ...(definition.sourceNamespaceInKey ? [`${SOURCE} = ${quoteLiteral(table.source ?? '')}`] : []),
    ];
    const sink = new PostgresComparedSide({
      pool: sinkPool,
      table: history ? liveView(definition) : qualify(definition.schema, definition.table),
      fields,
      versioned: !history,
      ...(conditions.length > 0 ? { condition: conditions.join(' AND ') } : {}),
    });
    return { ...(await compareTables({ ...options, source, sink })), notCompared };
  } finally {
    await Promise.all([sourcePool.end(), sinkPool.end()]);
  }
}

/**
 * Whether `column::text` is the same in source and sink: the sink has the source's own type, or keeps its text. Values of other types that the
 * sink holds as JSON or as a timestamp without zone are rendered in another way.
 */
function hasOneText(field: UmsField, { sourceSystem }: SinkDefinition): boolean {
  if (field.key && field.type.startsWith('json')) return false;
  return keepsSourceType(field, sourceSystem) || !['jsonarray', 'jsonobject', 'datetime'].includes(field.type);
}
