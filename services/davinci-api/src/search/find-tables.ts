/** Decides which tables somebody may find: those of every source, by their names alone, each store asked as a whole. */
import { createMoonboxClient } from '@rtdp/moonbox/client';
import type { SearchResult } from '../client/platform.ts';
import type { Author } from '../documents/document-store.ts';
import type { OnBehalf } from '../sources/data-source.ts';
import type { SourceService } from '../sources/source-service.ts';

export interface FindTablesOptions {
  sources: SourceService;
  moonboxUrl: string;
  author: Author;
  onBehalf: OnBehalf;
}

interface NamedTable {
  database: string;
  name: string;
  comment: string | null;
}

/** @throws RtdpError of a source */
export async function findTables({
  sources,
  moonboxUrl,
  author,
  onBehalf,
}: FindTablesOptions): Promise<SearchResult[]> {
  const all = await sources.list(author);
  // Every source over the gateway sees the same tables.
  let ofMoonbox: Promise<NamedTable[]> | undefined;
  const found = await Promise.all(
    all.map(async ({ id, kind }) => {
      if (kind === 'moonbox') ofMoonbox ??= moonboxTables(moonboxUrl, onBehalf);
      const tables = kind === 'moonbox' ? await ofMoonbox! : await sourceTables(sources, author, id, onBehalf);
      return tables.map((table) => toResult(id, table));
    }),
  );
  return found.flat();
}

/** Without their columns, which the gateway tells of one table at a time. */
async function moonboxTables(baseUrl: string, { token }: OnBehalf): Promise<NamedTable[]> {
  const moonbox = createMoonboxClient({ baseUrl, token });
  const databases = (await moonbox.listDatabases()).items;
  const tables = await Promise.all(databases.map(async ({ name }) => (await moonbox.listTables(name)).items));
  return tables.flat();
}

async function sourceTables(
  sources: SourceService,
  author: Author,
  id: string,
  onBehalf: OnBehalf,
): Promise<NamedTable[]> {
  const { databases } = await sources.tables(author, id, onBehalf);
  return databases.flatMap(({ name: database, tables }) =>
    tables.map(({ name, comment }) => ({ database, name, comment })),
  );
}

function toResult(sourceId: string, { database, name, comment }: NamedTable): SearchResult {
  return {
    kind: 'table',
    id: `${sourceId}/${database}/${name}`,
    name: `${database}.${name}`,
    description: comment ?? '',
    path: `/data/${sourceId}?${new URLSearchParams({ database, table: name })}`,
  };
}
