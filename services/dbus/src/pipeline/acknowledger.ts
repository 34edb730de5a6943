/**
 * Decides what follows the commit of a Kafka transaction: the LSN that the source may forget, buffers that are free again, whoever
 * waited, and the figures. Nothing here happens before the commit.
 */
import { sourceTextValues } from '../sources/postgres/value-decoder.ts';
import type { Batch } from './batch.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { StreamFigures, TableFigures } from './contract.ts';
import type { Position } from './position-record.ts';

export interface AcknowledgerOptions {
  /** What Kafka held when the session began. */
  durableLsn: bigint;
  pool: BufferPool;
  figures: StreamFigures;
  tableFigures: ReadonlyMap<string, TableFigures>;
  nextId: () => bigint;
  now: () => number;
}

export class Acknowledger {
  readonly #options: AcknowledgerOptions;
  #durableLsn: bigint;

  constructor(options: AcknowledgerOptions) {
    this.#options = options;
    this.#durableLsn = options.durableLsn;
  }

  /** Everything the source committed before this is in Kafka. */
  get durableLsn(): bigint {
    return this.#durableLsn;
  }

  committed(batch: Batch, position: Position): void {
    const { pool, figures, tableFigures, nextId, now } = this.#options;
    this.#durableLsn = position.lsn;
    const millis = batch.commitMicros / 1000;
    for (const message of batch.messages) {
      if (!('buffer' in message)) continue;
      pool.give(message.buffer);
      const table = tableFigures.get(message.table);
      if (table !== undefined && millis > 0) table.publishedCommitMillis = millis;
    }
    figures.bytes += batch.bytes;
    figures.kafkaTransactions++;
    figures.sourceTransactions += batch.sourceTransactions;
    figures.durableLsn = position.lsn;
    figures.nextId = nextId();
    figures.sourceTextValues = sourceTextValues.count;
    if (millis > 0) {
      figures.publishedCommitMillis = millis;
      figures.lastLatencyMillis = now() - millis;
    }
    for (const callback of batch.onCommitted) callback();
  }
}
