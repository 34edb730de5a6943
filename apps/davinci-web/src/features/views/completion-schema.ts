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
  return Object.fromEntries(
    databases.map((database) => [
      key(database.name),
      Object.fromEntries(
        database.tables.map((table) => [
          key(table.name),
          {
            self: {
              label: table.name,
              type: table.kind === 'view' ? 'class' : 'type',
              detail: words[table.kind],
              ...(table.comment === null ? {} : { info: table.comment }),
            },
            children: table.columns.map((column) => ({
              label: column.name,
              type: 'property',
              detail: column.type,
              ...(column.comment === null ? {} : { info: column.comment }),
            })),
          },
        ]),
      ),
    ]),
  );
}

/** What can be proposed while nobody knows yet which table is meant. */
export interface LooseColumns {
  /** Each name once, in the order of the alphabet, with its types. */
  columns: readonly { name: string; types: string }[];
  /** Databases and tables: what stands behind their dot is known. */
  names: ReadonlySet<string>;
}

export function looseColumns({ databases }: SourceTables): LooseColumns {
  const tables = databases.flatMap((database) => database.tables);
  const columns = Map.groupBy(
    tables.flatMap((table) => table.columns),
    ({ name }) => name,
  );
  return {
    columns: [...columns]
      .map(([name, same]) => ({ name, types: [...new Set(same.map(({ type }) => type))].join(', ') }))
      .sort((a, b) => a.name.localeCompare(b.name)),
    names: new Set([...databases, ...tables].map(({ name }) => name)),
  };
}

/** A name as it must be written in a statement. */
export function quoteIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
