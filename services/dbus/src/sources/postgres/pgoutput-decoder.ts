/**
 * Decides what the bytes of Postgres' `pgoutput` plugin (protocol version 1, text values) mean. Pure: bytes in, calls out.
 *
 * Values are not copied: a {@link TupleText} points into the message and is valid only during the call. The two tuples of an
 * update and the arrays in them are used again for the next message.
 */
import { RtdpError } from '@rtdp/ums/error';
import { NULL, UNCHANGED, VALUE } from '../../pipeline/message-writer-contract.ts';

/** The columns of one row: column c is `buffer[starts[c], ends[c])` where `states[c]` is 0 (value); 1 = null, 2 = unchanged. */
export interface TupleText {
  buffer: Uint8Array;
  starts: Int32Array;
  ends: Int32Array;
  states: Uint8Array;
  count: number;
}

export interface RelationColumn {
  /** Part of the replica identity (under FULL: every column). */
  identity: boolean;
  name: string;
  typeOid: number;
  typeModifier: number;
}

export interface RelationMessage {
  oid: number;
  schema: string;
  table: string;
  /** As in pg_class: d default, f full, i index, n nothing. */
  replicaIdentity: 'd' | 'f' | 'i' | 'n';
  columns: RelationColumn[];
}

/** What an old tuple holds: nothing was sent, only the key, or the whole row (REPLICA IDENTITY FULL). */
export type OldTupleKind = 'none' | 'key' | 'full';

export interface PgoutputHandler {
  /** `commitMicros`: since 1970. `finalLsn` is where the commit record begins. */
  onBegin(finalLsn: bigint, commitMicros: bigint, xid: number): void;
  /** `endLsn`: after the commit record; from here the log goes on. */
  onCommit(commitLsn: bigint, endLsn: bigint, commitMicros: bigint): void;
  onRelation(relation: RelationMessage): void;
  onInsert(relationOid: number, row: TupleText): void;
  onUpdate(relationOid: number, oldKind: OldTupleKind, old: TupleText, row: TupleText): void;
  onDelete(relationOid: number, oldKind: OldTupleKind, old: TupleText): void;
  onTruncate(relationOids: number[], cascade: boolean, restartIdentity: boolean): void;
}

/** Microseconds from 1970 to 2000, where Postgres' clock begins. */
const EPOCH_MICROS = 946_684_800_000_000n;

export class PgoutputDecoder {
  readonly #handler: PgoutputHandler;
  readonly #row = newTuple();
  readonly #old = newTuple();

  constructor(handler: PgoutputHandler) {
    this.#handler = handler;
  }

  /** Decodes `bytes[start, end)`, one message of the plugin. Throws DBUS_LOG_MALFORMED, and whatever the handler throws. */
  decode(bytes: Buffer, start: number, end: number): void {
    switch (bytes[start]) {
      case 0x49: // I
        this.#decodeInsert(bytes, start, end);
        return;
      case 0x55: // U
        this.#decodeUpdate(bytes, start, end);
        return;
      case 0x44: // D
        this.#decodeDelete(bytes, start, end);
        return;
      case 0x42: // B
        need(bytes, start, end, start + 21);
        this.#handler.onBegin(
          bytes.readBigUInt64BE(start + 1),
          bytes.readBigInt64BE(start + 9) + EPOCH_MICROS,
          bytes.readUInt32BE(start + 17),
        );
        return;
      case 0x43: // C
        need(bytes, start, end, start + 26);
        this.#handler.onCommit(
          bytes.readBigUInt64BE(start + 2),
          bytes.readBigUInt64BE(start + 10),
          bytes.readBigInt64BE(start + 18) + EPOCH_MICROS,
        );
        return;
      case 0x52: // R
        this.#handler.onRelation(decodeRelation(bytes, start, end));
        return;
      case 0x54: // T
        this.#decodeTruncate(bytes, start, end);
        return;
      case 0x4f: // O: the origin of a replicated transaction
      case 0x59: // Y: the name of a type; types are resolved through the catalog
      case 0x4d: // M: a logical message of the application
        return;
      default:
        throw malformedLog(`an unknown message type ${bytes[start]}`, bytes, start, end);
    }
  }

  #decodeInsert(bytes: Buffer, start: number, end: number): void {
    need(bytes, start, end, start + 6);
    const oid = readUInt32(bytes, start + 1);
    if (bytes[start + 5] !== 0x4e) throw malformedLog('an insert without a new row', bytes, start, end);
    readTuple(this.#row, bytes, start + 6, end);
    this.#handler.onInsert(oid, this.#row);
  }

  #decodeUpdate(bytes: Buffer, start: number, end: number): void {
    need(bytes, start, end, start + 6);
    const oid = readUInt32(bytes, start + 1);
    let at = start + 5;
    let oldKind: OldTupleKind = 'none';
    if (bytes[at] === 0x4b || bytes[at] === 0x4f) {
      oldKind = bytes[at] === 0x4b ? 'key' : 'full';
      at = readTuple(this.#old, bytes, at + 1, end);
    }
    if (bytes[at] !== 0x4e) throw malformedLog('an update without a new row', bytes, start, end);
    readTuple(this.#row, bytes, at + 1, end);
    this.#handler.onUpdate(oid, oldKind, this.#old, this.#row);
  }

  #decodeDelete(bytes: Buffer, start: number, end: number): void {
    need(bytes, start, end, start + 6);
    const letter = bytes[start + 5];
    if (letter !== 0x4b && letter !== 0x4f) throw malformedLog('a delete without an old row', bytes, start, end);
    readTuple(this.#old, bytes, start + 6, end);
    this.#handler.onDelete(readUInt32(bytes, start + 1), letter === 0x4b ? 'key' : 'full', this.#old);
  }

  #decodeTruncate(bytes: Buffer, start: number, end: number): void {
    need(bytes, start, end, start + 6);
    const count = bytes.readUInt32BE(start + 1);
    const options = bytes[start + 5]!;
    need(bytes, start, end, start + 6 + count * 4);
    const oids: number[] = [];
    for (let index = 0; index < count; index++) oids.push(bytes.readUInt32BE(start + 6 + index * 4));
    this.#handler.onTruncate(oids, (options & 1) !== 0, (options & 2) !== 0);
  }
}

export function newTuple(columns = 32): TupleText {
  return {
    buffer: Buffer.alloc(0),
    starts: new Int32Array(columns),
    ends: new Int32Array(columns),
    states: new Uint8Array(columns),
    count: 0,
  };
}

/** Returns the position after the tuple. */
function readTuple(tuple: TupleText, bytes: Buffer, start: number, end: number): number {
  need(bytes, start, end, start + 2);
  const count = (bytes[start]! << 8) | bytes[start + 1]!;
  if (count > tuple.starts.length) {
    tuple.starts = new Int32Array(count);
    tuple.ends = new Int32Array(count);
    tuple.states = new Uint8Array(count);
  }
  const { starts, ends, states } = tuple;
  tuple.buffer = bytes;
  tuple.count = count;
  let at = start + 2;
  for (let column = 0; column < count; column++) {
    const letter = bytes[at++];
    if (letter === 0x74) {
      const from = at + 4;
      const to = from + readUInt32(bytes, at);
      if (from > end || to > end) throw malformedLog('a value that ends beyond the message', bytes, start, end);
      starts[column] = from;
      ends[column] = to;
      states[column] = VALUE;
      at = to;
    } else if (letter === 0x6e) {
      states[column] = NULL;
    } else if (letter === 0x75) {
      states[column] = UNCHANGED;
    } else {
      throw malformedLog(`an unknown kind of value ${letter}`, bytes, start, end);
    }
  }
  if (at > end) throw malformedLog('a row that ends beyond the message', bytes, start, end);
  return at;
}

function decodeRelation(bytes: Buffer, start: number, end: number): RelationMessage {
  const reader = { at: start + 5 };
  need(bytes, start, end, start + 5);
  const oid = bytes.readUInt32BE(start + 1);
  const schema = readName(bytes, reader, end);
  const table = readName(bytes, reader, end);
  need(bytes, start, end, reader.at + 3);
  const replicaIdentity = String.fromCharCode(bytes[reader.at]!) as RelationMessage['replicaIdentity'];
  const count = bytes.readUInt16BE(reader.at + 1);
  reader.at += 3;
  const columns: RelationColumn[] = [];
  for (let index = 0; index < count; index++) {
    const identity = (bytes[reader.at++]! & 1) !== 0;
    const name = readName(bytes, reader, end);
    need(bytes, start, end, reader.at + 8);
    columns.push({
      identity,
      name,
      typeOid: bytes.readUInt32BE(reader.at),
      typeModifier: bytes.readInt32BE(reader.at + 4),
    });
    reader.at += 8;
  }
  // An empty schema means pg_catalog.
  return { oid, schema: schema === '' ? 'pg_catalog' : schema, table, replicaIdentity, columns };
}

function readName(bytes: Buffer, reader: { at: number }, end: number): string {
  const stop = bytes.indexOf(0, reader.at);
  if (stop === -1 || stop >= end) throw malformedLog('a name without an end', bytes, reader.at, end);
  const name = bytes.toString('utf8', reader.at, stop);
  reader.at = stop + 1;
  return name;
}

function readUInt32(bytes: Buffer, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function need(bytes: Buffer, start: number, end: number, until: number): void {
  if (until > end) throw malformedLog('a message that is too short', bytes, start, end);
}

function malformedLog(problem: string, bytes: Buffer, start: number, end: number): RtdpError {
  return new RtdpError({
    code: 'DBUS_LOG_MALFORMED',
    message: `The log sent ${problem}.`,
    next: 'Check that the slot uses pgoutput and that nothing between DBus and Postgres changes bytes; the stream connects again by itself.',
    facts: { message: bytes.toString('hex', start, Math.min(end, start + 100)), bytes: end - start },
  });
}
