/** Decides how rows are handed to the code that writes UMS messages, by stream and snapshot alike: types only. */
import type { UmsField } from '@rtdp/ums/types';
import type { ValueWriter } from '../sources/postgres/type-map-contract.ts';
import type { PipelineMessage, StreamSchema } from './contract.ts';

/** What `states` says about each column of a row. */
export const VALUE = 0;
export const NULL = 1;
/** Not sent because it did not change (TOAST). */
export const UNCHANGED = 2;
/** Not sent at all (a delete that carries only its key). */
export const UNKNOWN = 3;

/** Everything a writer must know of a table; `shapeOf` in `table-shape.ts` makes it. */
export interface TableShape {
  schema: StreamSchema;
  fields: readonly UmsField[];
  writers: readonly ValueWriter[];
  /** Indexes of the key's columns, in order; empty for a table without a key. */
  keyColumns: readonly number[];
  /** Of the topic. */
  partitions: number;
}

/** A row in the source's own text: column c is `buffer[starts[c], ends[c])` if `states[c]` is VALUE. */
export interface RowText {
  buffer: Uint8Array;
  starts: Int32Array;
  ends: Int32Array;
  states: Uint8Array;
}

/**
 * Writes rows of one table into messages of at most `rowsPerMessage` rows and `bytesPerMessage` bytes, one open message per
 * partition. `TableWriter` in `message-writer.ts` is the class:
 *
 *   const writer = new TableWriter({ shape, kind: 'data_initial_data', topic, source, instance, limits, onMessage })
 *   writer.begin({ timestamp: '2026-01-01 10:00:00.000000', xid, commitMicros })   // of the rows that follow
 *   writer.setId(firstId)                    // stride of the next row
 *   writer.appendRow(row, CODE_OF.i, 1)      // operation, offset in the stride; picks the partition by the key
 *   writer.advance()                         // next stride
 *   writer.seal()                            // gives open messages to onMessage
 *   writer.release(messages)                 // after they are committed: their buffers are used again
 *
 * A row that fails throws (DBUS_VALUE_MALFORMED, DBUS_ROW_TOO_LARGE) and leaves the messages as they were before it.
 */
export type OnMessage = (message: PipelineMessage, rows: number) => void;
