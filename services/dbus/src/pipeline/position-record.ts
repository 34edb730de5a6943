/**
 * Decides what DBus writes into its compacted topic: under `<source>` the position, under `<source>/schema/<table>` each table's
 * schema. Both travel in the same Kafka transaction as the rows they belong to.
 */
import { RtdpError } from '@rtdp/ums/error';
import { type Namespace, tableIdentity } from '@rtdp/ums/namespace';
import type { UmsField } from '@rtdp/ums/types';
import type { StreamSchema } from './contract.ts';
import { formatLsn, parseLsn } from './lsn.ts';

export interface Position {
  /** End of the newest transaction that is wholly in Kafka: the log is read again from here. */
  lsn: bigint;
  /** Next base of the counter. */
  nextId: bigint;
  /** A transaction after `lsn` of which only the first `rows` changes are in Kafka, in `part` Kafka transactions. */
  inside: { commitLsn: bigint; rows: number; part: number } | null;
  /** Transactions that were decoded and not yet known to be visible to new snapshots. */
  unseenXids: number[];
}

export function positionKey(source: string): string {
  return source;
}

export function schemaKey(source: string, namespace: Namespace): string {
  return `${schemaKeyPrefix(source)}${tableIdentity(namespace)}`;
}

export function schemaKeyPrefix(source: string): string {
  return `${source}/schema/`;
}

export function writePosition(position: Position, millis: number): Buffer {
  const { inside } = position;
  return Buffer.from(
    JSON.stringify({
      format: 1,
      lsn: formatLsn(position.lsn),
      nextId: position.nextId.toString(),
      inside: inside === null ? null : { ...inside, commitLsn: formatLsn(inside.commitLsn) },
      unseenXids: position.unseenXids,
      at: millis,
    }),
  );
}

/** Throws DBUS_POSITION_MALFORMED. */
export function readPosition(value: Buffer): Position {
  return reading(value, 'position', () => {
    const record = JSON.parse(value.toString('utf8')) as {
      lsn: string;
      nextId: string;
      inside: { commitLsn: string; rows: number; part: number } | null;
      unseenXids: number[];
    };
    return {
      lsn: parseLsn(record.lsn),
      nextId: BigInt(record.nextId),
      inside: record.inside === null ? null : { ...record.inside, commitLsn: parseLsn(record.inside.commitLsn) },
      unseenXids: record.unseenXids.map(Number),
    };
  });
}

export function writeSchema(schema: StreamSchema, millis: number): Buffer {
  return Buffer.from(JSON.stringify({ format: 1, ...schema, at: millis }));
}

/** Throws DBUS_POSITION_MALFORMED. */
export function readSchema(value: Buffer): StreamSchema {
  return reading(value, 'schema', () => {
    const record = JSON.parse(value.toString('utf8')) as StreamSchema & { fields: UmsField[] };
    const { namespace, version, major, fields, fingerprint, batchId, stopped } = record;
    if (!Array.isArray(fields) || typeof namespace.table !== 'string') throw new SyntaxError('no schema record');
    return { namespace, version, major, fields, fingerprint, batchId, stopped };
  });
}

function reading<Record>(value: Buffer, what: string, read: () => Record): Record {
  try {
    return read();
  } catch (cause) {
    throw new RtdpError({
      code: 'DBUS_POSITION_MALFORMED',
      message: `The ${what} record ${JSON.stringify(value.toString('utf8').slice(0, 200))} cannot be read.`,
      next: 'Look who else writes to the positions topic; restore the record, or remove the source and register it anew.',
      facts: { what },
      cause,
    });
  }
}
