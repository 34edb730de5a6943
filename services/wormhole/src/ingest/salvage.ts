/** Decides what can still be used of a data message that does not decode as a whole: each row is tried by itself. */
import { RtdpError } from '@rtdp/ums/error';
import { readMessage } from '@rtdp/ums/message';
import type { TopicMessage } from './topic-message.ts';

/** A row, or a whole message (-1), that cannot be decoded. */
export interface BrokenRow {
  rowInMessage: number;
  error: unknown;
  tuple: unknown[] | null;
}

export interface Salvaged {
  good: { rowInMessage: number; bytes: Buffer }[];
  broken: BrokenRow[];
}

/** `error` is what reading the whole message said. Good rows come back as messages of one row. */
export function salvage(message: TopicMessage, error: unknown): Salvaged {
  const whole: Salvaged = { good: [], broken: [{ rowInMessage: -1, error, tuple: null }] };
  const envelope = parseEnvelope(message.value);
  if (envelope === undefined) return whole;
  const result: Salvaged = { good: [], broken: [] };
  envelope.payload.forEach((row, rowInMessage) => {
    const bytes = singleRowMessage(envelope, row);
    try {
      readMessage(bytes);
      result.good.push({ rowInMessage, bytes });
    } catch (cause) {
      result.broken.push({ rowInMessage, error: cause, tuple: tupleOf(row) });
    }
  });
  // Each row reads well alone but not together: then the trouble is the envelope's, and the message is kept whole.
  return result.broken.length === 0 ? whole : result;
}

interface Envelope {
  payload: unknown[];
}

function parseEnvelope(value: Buffer): Envelope | undefined {
  try {
    const envelope = JSON.parse(value.toString('utf8')) as Partial<Envelope> | null;
    return Array.isArray(envelope?.payload) ? { ...envelope, payload: envelope.payload } : undefined;
  } catch {
    // Not JSON: nothing in it can be told apart; the caller keeps the message whole.
    return undefined;
  }
}

/** The message with this row alone. */
export function singleRowMessage(envelope: object, row: unknown): Buffer {
  return Buffer.from(JSON.stringify({ ...envelope, payload: [row] }));
}

/** The message at hand with one of its rows alone, its tuple replaced if another is given. @throws UMS_SHAPE */
export function extractRow(raw: Buffer, rowInMessage: number, tuple: unknown[] | null): Buffer {
  const envelope = parseEnvelope(raw);
  const row = envelope?.payload[rowInMessage] as Record<string, unknown> | undefined;
  if (envelope === undefined || row === undefined) {
    throw new RtdpError({
      code: 'UMS_SHAPE',
      message: `the kept message has no row ${rowInMessage}`,
      next: 'The message as a whole is broken; mend it at its source and pull the table again.',
      facts: { rowInMessage },
    });
  }
  return singleRowMessage(envelope, tuple === null ? row : { ...row, tuple });
}

/** The tuple of a row as the message holds it; null where there is none. */
export function tupleOf(row: unknown): unknown[] | null {
  const tuple = (row as { tuple?: unknown } | null)?.tuple;
  return Array.isArray(tuple) ? tuple : null;
}

/** The tuple of one row of a kept message. */
export function tupleAt(raw: Buffer, rowInMessage: number): unknown[] | null {
  return tupleOf(parseEnvelope(raw)?.payload[rowInMessage]);
}
