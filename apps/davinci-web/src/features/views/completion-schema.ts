/** Decides what the editor proposes: databases, their tables with what they are, and columns with their types. Pure. */
import type { SQLNamespace } from '@codemirror/lang-sql';
import type { SourceTables } from '@rtdp/davinci-api/client';

/** A dot in a name would be taken for a path by the library. */
function key(name: string): string {
  return name.replaceAll('\\', '\\\\').replaceAll('.', '\\.');
}

/** @param words what a table and a view are called */
export function completionSchema(
  { databases }: SourceTables,
  words: Readonly<Record<'table' | 'view', string>>,
): SQLNamespace {
  const proposalOf = (name: string, table: SourceTable): [string, SQLNamespace] => [
    key(name),
    {
      self: {
        label: name,
        ...written(name),
        type: table.kind === 'view' ? 'class' : 'type',
        detail: words[table.kind],
        ...(table.comment === null ? {} : { info: table.comment }),
      },
      children: table.columns.map((column) => ({
        label: column.name,
        ...written(column.name),
        type: 'property',
        detail: column.type,
        ...(column.comment === null ? {} : { info: column.comment }),
      })),
    },
  ];
  return Object.fromEntries(
    databases.map((database) => [
      key(database.name),
      Object.fromEntries(database.tables.flatMap((table) => namesOf(table).map((name) => proposalOf(name, table)))),
    ]),
  );
}

type SourceTable = SourceTables['databases'][number]['tables'][number];

/** The name that is written without quotes comes first. */
function namesOf({ name, plainName }: SourceTable): string[] {
  return plainName === null ? [name] : [plainName, name];
}

/** What is written is the name itself, unless it needs quotes. */
function written(name: string): { apply?: string } {
  const quoted = quoteIdentifier(name);
  return quoted === name ? {} : { apply: quoted };
}

/** What can be proposed while nobody knows yet which table is meant. */
export interface LooseColumns {
  /** Each name once, in the order of the alphabet, with its types. */
  columns: readonly LooseColumn[];
  /** What stands behind the dot of a database is known. */
  databases: ReadonlySet<string>;
  /** Of the tables of a name: `table` or `database.table`, each by its plain name too. */
  byTable: ReadonlyMap<string, readonly LooseColumn[]>;
}

export interface LooseColumn {
  name: string;
  types: string;
}

export function looseColumns({ databases }: SourceTables): LooseColumns {
  const tables = new Map<string, SourceTable[]>();
  for (const database of databases) {
    for (const table of database.tables) {
      for (const name of namesOf(table).flatMap((each) => [each, `${database.name}.${each}`])) {
        tables.set(name, [...(tables.get(name) ?? []), table]);
      }
    }
  }
  return {
    columns: columnsOf(databases.flatMap((database) => database.tables)),
    databases: new Set(databases.map(({ name }) => name)),
    byTable: new Map([...tables].map(([name, same]) => [name, columnsOf(same)])),
  };
}

function columnsOf(tables: readonly SourceTable[]): LooseColumn[] {
  const columns = Map.groupBy(
    tables.flatMap((table) => table.columns),
    ({ name }) => name,
  );
  return [...columns]
    .map(([name, same]) => ({ name, types: [...new Set(same.map(({ type }) => type))].join(', ') }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** A name as it must be written in a statement. */
export function quoteIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
