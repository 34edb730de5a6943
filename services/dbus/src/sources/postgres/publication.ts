/**
 * Decides what is in a source's two publications and brings them there: keyed tables with every operation, keyless ones
 * with insert and truncate only (published for updates, Postgres would refuse the application's own writes). Never FOR ALL TABLES.
 */
import type { SourceDefinition } from '../../catalog/source-definition.ts';
import { HEARTBEAT_TABLE, publicationNames } from '../../catalog/source-definition.ts';
import type { TableName } from '../../pipeline/contract.ts';
import { quoteName, quoteTable, type SourceSession } from './connection.ts';
import { canPublishGenerated } from './introspect.ts';

export interface WantedTables {
  keyed: TableName[];
  insertOnly: TableName[];
}

export interface PublicationChange {
  /** Tables that no publication held before. */
  added: TableName[];
  removed: TableName[];
  /** Tables whose key came or went, moved from one publication to the other. */
  moved: TableName[];
  /** Whether stored generated columns are published from now on that were not before; see `unfinishedPublications`. */
  generatedAdded: boolean;
}

/** Statements that bring the publications from what they hold to what is wanted, and what that changes. Pure. */
export function planPublications(
  names: { keyed: string; insertOnly: string },
  present: WantedTables,
  wanted: WantedTables,
): { statements: string[]; change: Omit<PublicationChange, 'generatedAdded'> } {
  const statements: string[] = [];
  const change: Omit<PublicationChange, 'generatedAdded'> = { added: [], removed: [], moved: [] };
  const presentAnywhere = keySet([...present.keyed, ...present.insertOnly]);
  const wantedAnywhere = keySet([...wanted.keyed, ...wanted.insertOnly]);
  const sides = [
    { publication: names.keyed, has: present.keyed, wants: wanted.keyed },
    { publication: names.insertOnly, has: present.insertOnly, wants: wanted.insertOnly },
  ];
  // Drops first: a table must leave the keyed publication before anything can refuse its updates.
  for (const { publication, has, wants } of sides) {
    const wantedHere = keySet(wants);
    const leaving = has.filter((table) => !wantedHere.has(keyOfTable(table)));
    if (leaving.length === 0) continue;
    statements.push(
      `ALTER PUBLICATION ${quoteName(publication)} DROP TABLE ONLY ${leaving.map(quoteTable).join(', ')}`,
    );
    for (const table of leaving) if (!wantedAnywhere.has(keyOfTable(table))) change.removed.push(table);
  }
  for (const { publication, has, wants } of sides) {
    const presentHere = keySet(has);
    const coming = wants.filter((table) => !presentHere.has(keyOfTable(table)));
    if (coming.length === 0) continue;
    statements.push(`ALTER PUBLICATION ${quoteName(publication)} ADD TABLE ONLY ${coming.map(quoteTable).join(', ')}`);
    for (const table of coming) (presentAnywhere.has(keyOfTable(table)) ? change.moved : change.added).push(table);
  }
  return { statements, change };
}

/** Makes the publications where they are missing and brings them to the wanted tables, all in one transaction. */
export async function reconcilePublications(
  session: SourceSession,
  definition: SourceDefinition,
  wanted: WantedTables,
): Promise<PublicationChange> {
  const names = publicationNames(definition);
  const withHeartbeat = {
    keyed: [{ ...HEARTBEAT_TABLE }, ...wanted.keyed],
    insertOnly: wanted.insertOnly,
  };
  await session.query('BEGIN');
  try {
    await session.query(`SET LOCAL lock_timeout = '5s'`);
    const { missing, silent } = await unfinishedPublications(session, names);
    for (const statement of [...missing, ...silent]) await session.query(statement);
    const present = {
      keyed: await tablesOf(session, names.keyed),
      insertOnly: await tablesOf(session, names.insertOnly),
    };
    const { statements, change } = planPublications(names, present, withHeartbeat);
    for (const statement of statements) await session.query(statement);
    await session.query('COMMIT');
    const isOurs = (table: TableName): boolean => table.schema === HEARTBEAT_TABLE.schema;
    return {
      ...change,
      added: change.added.filter((table) => !isOurs(table)),
      generatedAdded: silent.length > 0,
    };
  } catch (error) {
    // A session that cannot even do this is broken, and says so at its next statement; the error that matters is on its way.
    await session.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/**
 * Repeats the publications' own settings, which tells every decoding session to forget what it cached about their tables.
 * Servers before the minor releases of spring 2025 keep a stale "not published" for a table that was added while a
 * transaction was running; once those have ended this makes them look again. Harmless elsewhere.
 */
export async function refreshPublications(session: SourceSession, definition: SourceDefinition): Promise<void> {
  const names = publicationNames(definition);
  await session.query(`ALTER PUBLICATION ${quoteName(names.keyed)} SET (publish = '${KEYED_OPERATIONS}')`);
  await session.query(`ALTER PUBLICATION ${quoteName(names.insertOnly)} SET (publish = '${INSERT_OPERATIONS}')`);
}

/** Whether a publication of the source is silent about stored generated columns; {@link reconcilePublications} ends that. */
export async function isSilentOnGenerated(session: SourceSession, definition: SourceDefinition): Promise<boolean> {
  return (await unfinishedPublications(session, publicationNames(definition))).silent.length > 0;
}

/** Drops both publications; those that are gone already are no error. */
export async function dropPublications(session: SourceSession, definition: SourceDefinition): Promise<void> {
  const names = publicationNames(definition);
  await session.query(`DROP PUBLICATION IF EXISTS ${quoteName(names.keyed)}, ${quoteName(names.insertOnly)}`);
}

const KEYED_OPERATIONS = 'insert, update, delete, truncate';
const INSERT_OPERATIONS = 'insert, truncate';
const WITH_GENERATED = 'publish_generated_columns = stored';

/**
 * From 18 on a publication can hold stored generated columns, and ours do: a pull reads them, so the stream must carry them.
 * @returns statements that make the publications that are missing, and that have older ones tell what they were silent about
 */
async function unfinishedPublications(
  session: SourceSession,
  names: { keyed: string; insertOnly: string },
): Promise<{ missing: string[]; silent: string[] }> {
  const [server] = await session.query<{ version: number }>(
    `SELECT current_setting('server_version_num')::int AS version`,
  );
  const publishesGenerated = canPublishGenerated(server!.version);
  // The catalog of older servers has no such column.
  const rows = await session.query<{ name: string; generated: string | null }>(
    `SELECT pubname AS name, to_jsonb(p) ->> 'pubgencols' AS generated FROM pg_publication p WHERE pubname = ANY($1)`,
    [[names.keyed, names.insertOnly]],
  );
  const present = new Set(rows.map((row) => row.name));
  const options = publishesGenerated ? `, ${WITH_GENERATED}` : '';
  const wanted = [
    { name: names.keyed, operations: KEYED_OPERATIONS },
    { name: names.insertOnly, operations: INSERT_OPERATIONS },
  ];
  return {
    missing: wanted
      .filter(({ name }) => !present.has(name))
      .map(
        ({ name, operations }) =>
          `CREATE PUBLICATION ${quoteName(name)} WITH (publish = '${operations}', publish_via_partition_root = true${options})`,
      ),
    silent: rows
      .filter(({ generated }) => publishesGenerated && generated !== 's')
      .map(({ name }) => `ALTER PUBLICATION ${quoteName(name)} SET (${WITH_GENERATED})`),
  };
}

async function tablesOf(session: SourceSession, publication: string): Promise<TableName[]> {
  return session.query<{ schema: string; table: string }>(
    `SELECT n.nspname AS schema, c.relname AS "table" FROM pg_publication_rel r
       JOIN pg_publication p ON p.oid = r.prpubid JOIN pg_class c ON c.oid = r.prrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE p.pubname = $1 ORDER BY 1, 2`,
    [publication],
  );
}

function keyOfTable(table: TableName): string {
  return JSON.stringify([table.schema, table.table]);
}

function keySet(tables: readonly TableName[]): Set<string> {
  return new Set(tables.map(keyOfTable));
}
