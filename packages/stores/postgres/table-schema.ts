/** Decides whether a sink table may be used as defined, makes it if it is new, and alters it when the source's schema grows. */
import { RtdpError } from '@rtdp/ums/error';
import { parseNamespace, tableIdentity } from '@rtdp/ums/namespace';
import type { SchemaDiff } from '@rtdp/ums/schema-diff';
import { diffSchemas } from '@rtdp/ums/schema-diff';
import type { UmsField } from '@rtdp/ums/types';
import type { SinkDefinition } from '../contract.ts';
import { ensureBookkeeping } from './bookkeeping.ts';
import type { Session } from './connect.ts';
import { quoteIdentifier } from './dialect.ts';
import type { StoredField, TableShape } from './table-shape.ts';
import {
  createBesideStatements,
  createTableStatement,
  createViewStatements,
  liveView,
  shapeOf,
  typeOf,
} from './table-shape.ts';

interface SinkRow {
  sink_id: number;
  flow: string;
  deletes: string;
  source_in_key: boolean;
  ordinal_column: string | null;
  source_system: string;
  fields: StoredField[];
}

/** Inside a transaction. Two workers that begin together take turns. */
export async function ensureTable(session: Session, definition: SinkDefinition): Promise<TableShape> {
  await ensureBookkeeping(session);
  const stored = await readSink(session, definition);
  if (!stored) return createTable(session, definition);
  checkSame(stored, definition);
  const [found] = await session.query<{ present: boolean }>('SELECT to_regclass($1) IS NOT NULL AS present', [
    shapeOf(definition, stored.sink_id, stored.fields).table,
  ]);
  if (!found?.present) {
    throw new RtdpError({
      code: 'STORE_TABLE_FOREIGN',
      message: `the sink table ${definition.schema}.${definition.table} was dropped by somebody else`,
      next: `Remove the flow's sink (this clears its bookkeeping) and deploy the flow again from a pull.`,
      facts: { schema: definition.schema, table: definition.table },
    });
  }
  return evolveStored(session, definition, stored, definition.fields, undefined);
}

/** The table's shape as another worker may have left it; undefined if there is none. */
export async function readShape(session: Session, definition: SinkDefinition): Promise<TableShape | undefined> {
  const stored = await readSink(session, definition);
  return stored && shapeOf(definition, stored.sink_id, stored.fields);
}

/** Inside a transaction, after the floor lock. */
export async function evolveTable(
  session: Session,
  definition: SinkDefinition,
  change: { namespace: string; diff: SchemaDiff; fields: readonly UmsField[] },
): Promise<TableShape> {
  const stored = await readSink(session, definition);
  if (!stored) throw new Error(`the sink ${definition.schema}.${definition.table} has gone`);
  const shape = shapeOf(definition, stored.sink_id, stored.fields);
  const namespace = parseNamespace(change.namespace);
  const seen = await session.query(
    `INSERT INTO rtdp.sink_versions AS v (sink_id, source, version) VALUES ($1, $2, $3)
     ON CONFLICT (sink_id, source) DO UPDATE SET version = excluded.version WHERE v.version < excluded.version RETURNING version`,
    [stored.sink_id, tableIdentity(namespace), namespace.version],
  );
  if (seen.length === 0) return shape;
  if (!change.diff.compatible) throw incompatible(definition, change.diff);
  return evolveStored(session, definition, stored, change.fields, change.diff);
}

async function readSink(session: Session, { schema, table }: SinkDefinition): Promise<SinkRow | undefined> {
  const [row] = await session.query<SinkRow>(
    `SELECT sink_id, flow, deletes, source_in_key, ordinal_column, source_system, fields FROM rtdp.sink_tables
     WHERE schema_name = $1 AND table_name = $2`,
    [schema, table],
  );
  return row;
}

async function createTable(session: Session, definition: SinkDefinition): Promise<TableShape> {
  const { schema, table } = definition;
  const [row] = await session.query<{ sink_id: number; present: boolean }>(
    `INSERT INTO rtdp.sink_tables (schema_name, table_name, flow, deletes, source_in_key, ordinal_column, source_system, fields)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING sink_id, to_regclass(format('%I.%I', $1::text, $2::text)) IS NOT NULL AS present`,
    [
      schema,
      table,
      definition.flow,
      definition.deletes,
      definition.sourceNamespaceInKey ?? false,
      definition.explode?.ordinalColumn ?? null,
      definition.sourceSystem ?? 'postgresql',
      JSON.stringify(definition.fields),
    ],
  );
  const shape = shapeOf(definition, row!.sink_id, definition.fields);
  if (!row!.present) {
    const [known] = await session.query<{ known: boolean }>('SELECT to_regnamespace($1) IS NOT NULL AS known', [
      quoteIdentifier(schema),
    ]);
    if (!known?.known) await session.query(`CREATE SCHEMA ${quoteIdentifier(schema)}`);
    await session.query(createTableStatement(shape));
  } else await requireLayout(session, shape, definition);
  for (const statement of createBesideStatements(shape, definition)) await session.query(statement);
  await session.query(
    'INSERT INTO rtdp.sink_floors (sink_id, source, floor) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING',
    [shape.sinkId, ''],
  );
  return shape;
}

/**
 * Whether a table that is there and belongs to no flow could become the sink. Inside a transaction; nothing is made that stays. A table that
 * a flow writes is not looked at: the flow's bookkeeping says more.
 * @throws STORE_TABLE_FOREIGN
 */
export async function checkTable(session: Session, definition: SinkDefinition): Promise<void> {
  const shape = shapeOf(definition, 0, definition.fields);
  const [found] = await session.query<{ known: boolean; present: boolean }>(
    `SELECT to_regclass('rtdp.sink_tables') IS NOT NULL AS known, to_regclass($1) IS NOT NULL AS present`,
    [shape.table],
  );
  if (!found?.present || (found.known && (await readSink(session, definition)) !== undefined)) return;
  await requireLayout(session, shape, definition);
}

/**
 * The table must have the columns and the key that the flow would give it, our system columns among them: then it is a sink table that an
 * earlier flow left, and its rows' ids go on guarding it.
 */
async function requireLayout(session: Session, shape: TableShape, { schema, table }: SinkDefinition): Promise<void> {
  await session.query(createTableStatement(shape, 'CREATE TEMPORARY TABLE', 'rtdp_expected'));
  const layout = `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, array_position(i.indkey::int2[], a.attnum) AS key_place
    FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
    WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attname`;
  const expected = await session.query<LaidOutColumn>(layout, ['rtdp_expected']);
  const found = await session.query<LaidOutColumn>(layout, [shape.table]);
  await session.query('DROP TABLE rtdp_expected');
  const differences = layoutDifferences(expected, found);
  if (differences.length === 0) return;
  const more = differences.length - MOST_DIFFERENCES;
  const shown = [...differences.slice(0, MOST_DIFFERENCES), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  throw new RtdpError({
    code: 'STORE_TABLE_FOREIGN',
    message: `the table ${schema}.${table} exists and is not one that this flow would make: ${shown}`,
    next: 'Give the sink another table or schema name, or drop the table.',
    facts: { schema, table, differences },
  });
}

interface LaidOutColumn {
  readonly name: string;
  readonly type: string;
  /** From 0; null outside of the primary key. */
  readonly key_place: number | null;
}

/** Differences that a message tells. */
const MOST_DIFFERENCES = 5;

function layoutDifferences(expected: readonly LaidOutColumn[], found: readonly LaidOutColumn[]): string[] {
  const there = new Map(found.map((column) => [column.name, column]));
  const wanted = new Set(expected.map(({ name }) => name));
  const keyOf = (columns: readonly LaidOutColumn[]) =>
    columns
      .filter(({ key_place }) => key_place !== null)
      .sort((one, other) => Number(one.key_place) - Number(other.key_place))
      .map(({ name }) => name)
      .join(', ');
  const [key, foundKey] = [keyOf(expected), keyOf(found)];
  return [
    ...expected.filter(({ name }) => !there.has(name)).map(({ name }) => `it has no column ${name}`),
    ...expected
      .filter(({ name, type }) => there.has(name) && there.get(name)?.type !== type)
      .map(({ name, type }) => `${name} is ${there.get(name)?.type}, not ${type}`),
    ...found.filter(({ name }) => !wanted.has(name)).map(({ name }) => `it has a column ${name} besides`),
    ...(key === foundKey
      ? []
      : [foundKey === '' ? `it has no primary key (${key})` : `its key is (${foundKey}), not (${key})`]),
  ];
}

function checkSame(stored: SinkRow, definition: SinkDefinition): void {
  const { schema, table, flow } = definition;
  if (stored.flow !== flow) {
    throw new RtdpError({
      code: 'STORE_OTHER_WRITER',
      message: `the sink table ${schema}.${table} is written by the flow ${stored.flow}`,
      next: `Give the flow ${flow} another sink table, or remove the flow ${stored.flow} first.`,
      facts: { schema, table, flow, writer: stored.flow },
    });
  }
  const differences = [
    stored.deletes !== definition.deletes && `deletes: ${stored.deletes} → ${definition.deletes}`,
    stored.source_in_key !== (definition.sourceNamespaceInKey ?? false) && 'the source namespace in the key',
    stored.ordinal_column !== (definition.explode?.ordinalColumn ?? null) && 'the ordinal column',
  ].filter((difference) => difference !== false);
  if (differences.length === 0) return;
  throw new RtdpError({
    code: 'STORE_INCOMPATIBLE',
    message: `the sink table ${schema}.${table} was made with another layout (${differences.join('; ')})`,
    next: 'Give the flow a new sink table and fill it from a pull.',
    facts: { schema, table, differences },
  });
}

/**
 * Brings the table to `wanted`. Without a diff (a start) nothing counts as dropped: the definition may be older than the table, and what the
 * table has beyond it stays.
 */
async function evolveStored(
  session: Session,
  definition: SinkDefinition,
  stored: SinkRow,
  wanted: readonly UmsField[],
  diff: SchemaDiff | undefined,
): Promise<TableShape> {
  const before = shapeOf(definition, stored.sink_id, stored.fields);
  const fields = new Map<string, StoredField>(stored.fields.map((field) => [field.name, field]));
  const alterations: string[] = [];
  const sideAlterations: string[] = [];
  for (const field of wanted) {
    const held = fields.get(field.name);
    if (!held || (held.dropped && diff)) {
      const added = diffSchemas([], [field]);
      if (field.key) throw incompatible(definition, added);
      // What an earlier column of this name held is not this column's.
      if (held) alterations.push(`DROP COLUMN ${quoteIdentifier(field.name)}`);
      alterations.push(`ADD COLUMN ${quoteIdentifier(field.name)} ${typeOf(before, field).declared}`);
      fields.set(field.name, field);
      continue;
    }
    const change = diffSchemas([comparable(held)], [comparable(field)]);
    if (change.changes.length === 0) continue;
    if (change.compatible) {
      const [from, to] = [typeOf(before, held).declared, typeOf(before, field).declared];
      if (from !== to) {
        const alteration = `ALTER COLUMN ${quoteIdentifier(field.name)} TYPE ${to}`;
        alterations.push(alteration);
        if (before.rowKey.includes(field.name) && before.mode !== 'history') sideAlterations.push(alteration);
      }
      fields.set(field.name, field);
    } else if (diff || !diffSchemas([comparable(field)], [comparable(held)]).compatible) {
      throw incompatible(definition, change);
    }
  }
  for (const { change, column } of diff?.changes ?? []) {
    const held = fields.get(column);
    if (change === 'dropped' && held && !before.sourceInKey) fields.set(column, { ...held, dropped: true });
  }
  const next = [...fields.values()];
  if (JSON.stringify(next) === JSON.stringify(stored.fields)) return before;
  const after = shapeOf(definition, stored.sink_id, next);
  const views = createViewStatements(after, definition);
  if (views.length > 0) await session.query(`DROP VIEW IF EXISTS ${liveView(definition)}`);
  for (const alteration of alterations) await session.query(`ALTER TABLE ${after.table} ${alteration}`);
  for (const alteration of sideAlterations) await session.query(`ALTER TABLE ${after.side} ${alteration}`);
  for (const view of views) await session.query(view);
  await session.query('UPDATE rtdp.sink_tables SET fields = $2 WHERE sink_id = $1', [
    stored.sink_id,
    JSON.stringify(next),
  ]);
  return after;
}

/** Null-ability is the source's business: the sink's columns other than the key are nullable anyway. */
function comparable(field: StoredField): UmsField {
  const { dropped: _, ...rest } = field;
  return { ...rest, nullable: true };
}

function incompatible({ schema, table }: SinkDefinition, diff: SchemaDiff): RtdpError {
  return new RtdpError({
    code: 'STORE_INCOMPATIBLE',
    message: `the sink table ${schema}.${table} cannot follow: ${diff.changes
      .filter((change) => !change.compatible)
      .map((change) => `${change.column} ${change.change} (${change.why})`)
      .join('; ')}`,
    next: 'Change the flow, or give it a new sink table and fill it from a pull.',
    facts: { schema, table, changes: diff.changes },
  });
}
