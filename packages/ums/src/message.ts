/** Decides what a UMS message is in memory, and reads and writes it whole: the plain way, for everything that is not a hot path. */
import { envelopePrefix, envelopeSuffix } from './envelope.ts';
import { RtdpError } from './error.ts';
import { readEnvelope } from './message-envelope.ts';
import { familyOf } from './message-kinds.ts';
import { checkLength, checkSystemValues, checkUntold, readRows, type UntoldIndexes } from './message-rows.ts';
import { checkFields, checkNamespace, readBatchId } from './message-schema.ts';
import type { UmsField, UmsValue } from './types.ts';
import { writableValue } from './value-check.ts';

export interface UmsMessage {
  readonly kind: string;
  /** As it was read; `writeMessage` always writes 1.3. */
  readonly version: string;
  /** Escaped form. */
  readonly namespace: string;
  /** Counts full pulls of the table. */
  readonly batchId: number;
  /** All fields of the tuple, system fields first. Empty for an unknown kind. */
  readonly fields: readonly UmsField[];
  /** One array per row, parallel to `fields`, each value in the JSON form of its type. Empty for an unknown kind. */
  readonly rows: readonly (readonly UmsValue[])[];
  /** Columns that the source did not send because they did not change; null in the tuple. Absent when no row has any. */
  readonly unchanged?: UntoldIndexes;
  /** Columns that the source did not send at all; null in the tuple. Absent when no row has any. */
  readonly unknown?: UntoldIndexes;
  readonly context?: Readonly<Record<string, unknown>>;
}

export type MessageToWrite = Omit<UmsMessage, 'version'> & { readonly version?: string };

/**
 * Reads one message of any kind, version 1.2 to 1.4. A kind that nobody knows is returned with its name and without fields and rows
 * (`familyOf(kind) === 'unknown'`): skip and count it.
 * @param source UTF-8 bytes, or the text itself
 * @throws UMS_NOT_JSON, UMS_SHAPE, UMS_VERSION, UMS_FIELDS, UMS_ROW, UMS_VALUE, UMS_NAMESPACE, each naming path and value
 */
export function readMessage(source: Uint8Array | string): UmsMessage {
  const { envelope, fields, payload, text } = readEnvelope(source);
  return { ...envelope, fields, ...readRows(envelope.kind, fields, payload, text) };
}

/**
 * Writes a message in the one wire form. What `readMessage` would refuse is refused here.
 * @throws the same codes, and UMS_NULL_WORD
 */
export function writeMessage(message: MessageToWrite): Buffer {
  const { kind, fields, context } = message;
  if (familyOf(kind) === 'unknown') {
    throw new RtdpError({
      code: 'UMS_KIND',
      message: `${JSON.stringify(kind)} is no kind of message that anybody reads.`,
      next: 'Use one of MESSAGE_KINDS, directive_* or feedback_*.',
      facts: { kind },
    });
  }
  const namespace = checkNamespace(kind, message.namespace);
  const batchId = readBatchId(message.batchId);
  checkFields(kind, fields);
  const rows = message.rows.map((row, index) => writeRow(message, row, index));
  return Buffer.from(envelopePrefix({ kind, namespace, batchId, fields }) + rows.join(',') + envelopeSuffix(context));
}

function writeRow(message: MessageToWrite, row: readonly UmsValue[], index: number): string {
  const { fields } = message;
  const path = `payload[${index}]`;
  const unchanged = message.unchanged?.[index];
  const unknown = message.unknown?.[index];
  checkLength(fields, row, path);
  const tuple = fields.map((field, at) => writableValue(field, row[at], `${path}.tuple[${at}]`));
  checkSystemValues(message.kind, fields, tuple, path);
  checkUntold(fields, tuple, path, unchanged, unknown);
  return JSON.stringify({
    tuple,
    unchanged: unchanged === undefined || unchanged.length === 0 ? undefined : unchanged,
    unknown: unknown === undefined || unknown.length === 0 ? undefined : unknown,
  });
}
