/**
 * Decides how rows are handed to the code that writes UMS messages, by stream and snapshot alike: types only.
 *
 *   const head = new RowHead(firstId);
 *   const writer = new TableWriter({ shape: shapeOf(schema, mapped, partitions), kind: 'data_initial_data', head, … });
 *   head.setTransaction({ xid, commitMicros, position: '' }, timestampText(micros));   // of the rows that follow
 *   writer.appendRow(row, OPERATION.insert, 1);   // offset 1 of the stride; the key chooses the partition
 *   head.advance();                               // the next row's stride
 *   writer.seal();                                // open messages go to onMessage
 *   pool.give(message.buffer);                    // after it is committed
 *
 * A row that fails throws (DBUS_VALUE_MALFORMED, DBUS_ROW_TOO_LARGE) and leaves the messages as they were before it.
 */
import type { UmsField } from '@rtdp/ums/types';
import type { MappedType, ValueWriter } from '../sources/postgres/type-map-contract.ts';
import type { StreamSchema } from './contract.ts';

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
  /** Parallel to the fields: which text the partition hash takes. */
  keyText: readonly MappedType['keyText'][];
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
