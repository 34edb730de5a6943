/** Decides what is kept of a row that could not be decoded or mapped: its raw bytes, its ids, the reason and where it was. */
import { createHash } from 'node:crypto';
import { isRtdpError } from '@rtdp/ums/error';
import { deadLetterId } from '@rtdp/ums/ids';
import { formatNamespace } from '@rtdp/ums/namespace';
import { DBUS_TOPICS } from '../catalog/source-definition.ts';
import type { PipelineMessage, StreamSchema } from './contract.ts';

/** Raw bytes beyond this are cut (a row may be larger than a message may be); `rawSha256` is of all of them. */
const RAW_LIMIT = 600_000;

export interface FailedRow {
  source: string;
  schema: StreamSchema | undefined;
  table: { schema: string; table: string };
  /** i, u, b, d; the row itself was not written. */
  operation: string;
  /** Of the stride. */
  base: bigint;
  xid: number;
  commitTs: string;
  position: string;
  /** The message of the log, or the line of COPY. */
  raw: Uint8Array;
  error: unknown;
  millis: number;
}

/** The form of a record in the dead-letter topic; ids are decimal text. */
export interface DeadLetter {
  source: string;
  namespace: string | null;
  table: { schema: string; table: string };
  operation: string;
  id: string;
  base: string;
  xid: number;
  commitTs: string;
  position: string;
  code: string;
  message: string;
  next: string;
  facts: Record<string, unknown>;
  raw: string;
  rawBytes: number;
  rawSha256: string;
  isRawCut: boolean;
  at: number;
}

export function deadLetterMessage(row: FailedRow): PipelineMessage {
  const { error } = row;
  const reason = isRtdpError(error)
    ? error.toJSON()
    : {
        code: 'DBUS_VALUE_MALFORMED',
        message: error instanceof Error ? error.message : String(error),
        next: 'Look at the raw bytes, and report how this row is made.',
        facts: {},
      };
  const letter: DeadLetter = {
    source: row.source,
    namespace: row.schema === undefined ? null : formatNamespace(row.schema.namespace),
    table: row.table,
    operation: row.operation,
    id: deadLetterId(row.base).toString(),
    base: row.base.toString(),
    xid: row.xid,
    commitTs: row.commitTs,
    position: row.position,
    ...reason,
    raw: Buffer.from(row.raw.subarray(0, RAW_LIMIT)).toString('base64'),
    rawBytes: row.raw.length,
    rawSha256: createHash('sha256').update(row.raw).digest('hex'),
    isRawCut: row.raw.length > RAW_LIMIT,
    at: row.millis,
  };
  return {
    topic: DBUS_TOPICS.deadLetters,
    partition: 0,
    key: `${row.source}/${letter.id}`,
    value: Buffer.from(JSON.stringify(letter)),
  };
}
