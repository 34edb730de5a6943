/** What running one query means to those who prepare it: chunks, or a failure that says what kind it is. */
import type { DataChunk } from '@duckdb/node-bindings';
import { INTERRUPTED } from './row-failure.ts';
import type { Scan } from './scan-batch.ts';

/** A failed query, before anybody knows which row is to blame. */
export class QueryFailure extends Error {
  readonly kind: 'interrupted' | 'memory' | 'row' | 'internal';

  constructor(message: string) {
    super(message.replace(/^[A-Za-z ]+ Error: /, ''));
    if (/^INTERRUPT/i.test(message) || message.includes(INTERRUPTED)) this.kind = 'interrupted';
    // While a table is filled, the transaction reports it: `TransactionContext Error: Failed to commit: could not allocate block …`.
    else if (/^Out of Memory|could not allocate block/i.test(message)) this.kind = 'memory';
    else if (/^(INTERNAL|Binder|Catalog|Parser|FATAL)/i.test(message)) this.kind = 'internal';
    else this.kind = 'row';
  }
}

/** What a flow needs of the engine: prepared queries over scans. */
export interface EngineHost {
  readonly timeoutMilliseconds: number;
  /** Prepares `sql` on a connection of its own; `scanOf` gives the number under which it reads `scan`. Throws QueryFailure. */
  prepare(scan: Scan, sqlOf: (scanNumber: number) => string): Promise<Query>;
}

/** One prepared query; runs of it must not overlap. */
export interface Query {
  /** All chunks of the result. Throws QueryFailure, or ENGINE_CLOSED. */
  run(): Promise<DataChunk[]>;
  /** Interrupts a run that is under way; resolves when nothing of the query is left. */
  close(): Promise<void>;
}
