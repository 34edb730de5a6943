/** Decides how keys that were asked for are read: as one small chunk under the rule of every chunk. */

import type { TableName } from '../pipeline/contract.ts';
import { type ChunkSurroundings, readChunk, tableGone } from '../pulls/chunk-reader.ts';
import type { SourceSession } from '../sources/postgres/connection.ts';
import { keyOf, loadTable } from '../sources/postgres/introspect.ts';
import { renderAsPostgres } from '../sources/postgres/type-map-render.ts';
import type { KeyRequest } from './reread-request-reader.ts';

/** @returns rows found. Requests that no longer fit the table (its key is another one) are left out; the change of key was followed by a pull. */
export async function answerRereads(
  session: SourceSession,
  surroundings: ChunkSurroundings,
  serverVersion: number,
  table: TableName,
  requests: readonly KeyRequest[],
  signal: AbortSignal,
): Promise<number> {
  const found = await loadTable(session, table);
  if (found === undefined) throw tableGone(table);
  const key = keyOf(found, serverVersion);
  if ('reason' in key) return 0;
  const schema = surroundings.sequencer.currentSchema(table) ?? (await surroundings.sequencer.refreshSchema(table));
  const keys: string[][] = [];
  for (const request of requests) {
    const texts = key.columns.map((column) => {
      const field = schema.fields.find((each) => each.name === column);
      const value = field === undefined ? undefined : request.key[field.name];
      if (field === undefined || value === undefined || value === null) return undefined;
      // A sink asks with the text it has, which for bytes is hex already.
      if (field.type === 'binary' && typeof value === 'string' && value.startsWith('\\x')) return value;
      return renderAsPostgres(field, value) ?? undefined;
    });
    if (texts.every((text) => text !== undefined)) keys.push(texts);
  }
  if (keys.length === 0) return 0;
  const chunk = await readChunk(session, surroundings, {
    table,
    keyColumns: key.columns,
    range: { kind: 'keys', keys },
    maximumRows: keys.length,
    rowsPerSecond: null,
    onWaiting: () => undefined,
    signal,
  });
  return chunk.rows;
}
