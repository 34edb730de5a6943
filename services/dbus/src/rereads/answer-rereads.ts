/** Decides how keys that were asked for are read: as one small chunk under the rule of every chunk, on a session of its own. */

import type { TableName } from '../pipeline/contract.ts';
import { type ChunkSurroundings, readChunk, tableGone } from '../pulls/chunk-reader.ts';
import type { SourceSession } from '../sources/postgres/connection.ts';
import { keyOf, loadTable } from '../sources/postgres/introspect.ts';
import { keyTextOf } from './key-text.ts';
import type { KeyRequest } from './reread-request-reader.ts';

export interface RereadAnswererOptions {
  surroundings: ChunkSurroundings;
  serverVersion: number;
  open: () => Promise<SourceSession>;
  isCaptured: (table: TableName) => Promise<boolean>;
  signal: AbortSignal;
}

export class RereadAnswerer {
  readonly #options: RereadAnswererOptions;
  #session: SourceSession | undefined;

  constructor(options: RereadAnswererOptions) {
    this.#options = options;
  }

  /** @returns rows found; 0 for a table that is not captured any more */
  async answer(table: TableName, requests: readonly KeyRequest[]): Promise<number> {
    const { isCaptured, open, surroundings, serverVersion, signal } = this.#options;
    if (!(await isCaptured(table))) return 0;
    try {
      this.#session ??= await open();
      return await answerRereads(this.#session, surroundings, serverVersion, table, requests, signal);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
  }
}

/** @returns rows found. Requests that no longer fit the table (its key is another one) are left out; the change of key was followed by a pull. */
async function answerRereads(
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
      return field === undefined ? undefined : keyTextOf(field, request.key[field.name]);
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
