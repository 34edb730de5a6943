/** Decides what stands around the rows of a message: parses the JSON, and reads everything but the payload. */
import { isUtf8 } from 'node:buffer';
import { RtdpError } from './error.ts';
import { familyOf } from './message-kinds.ts';
import {
  checkFields,
  checkNamespace,
  expectObject,
  readBatchId,
  readFields,
  readProtocol,
  shapeError,
} from './message-schema.ts';
import type { UmsField } from './types.ts';
import { showValue } from './value-check.ts';

export interface Envelope {
  readonly kind: string;
  readonly version: string;
  readonly namespace: string;
  readonly batchId: number;
  readonly context?: Readonly<Record<string, unknown>>;
}

export interface EnvelopeAndRows {
  readonly envelope: Envelope;
  readonly fields: readonly UmsField[];
  /** As parsed, unchecked. */
  readonly payload: readonly unknown[];
  /** The whole message. */
  readonly text: string;
}

/** Of a message of an unknown kind nothing but its name is looked at. @throws UMS_NOT_JSON, UMS_SHAPE, UMS_VERSION, UMS_FIELDS, UMS_NAMESPACE */
export function readEnvelope(source: Uint8Array | string): EnvelopeAndRows {
  const text = typeof source === 'string' ? source : decode(source);
  const message = expectObject(parse(text), 'message');
  const { kind, version } = readProtocol(message.protocol);
  if (familyOf(kind) === 'unknown') {
    const namespace = (message.schema as { namespace?: unknown } | null | undefined)?.namespace;
    return {
      envelope: { kind, version, namespace: String(namespace ?? ''), batchId: 0 },
      fields: [],
      payload: [],
      text,
    };
  }
  const schema = expectObject(message.schema, 'schema');
  const namespace = checkNamespace(kind, schema.namespace);
  const batchId = readBatchId(schema.batchId);
  const payload = message.payload ?? [];
  if (!Array.isArray(payload)) throw shapeError('payload', payload, 'a list');
  const fields = checkFields(kind, readFields(schema.fields));
  const context = readContext(message.context);
  const envelope = { kind, version, namespace, batchId, ...(context === undefined ? {} : { context }) };
  return { envelope, fields, payload, text };
}

/** @throws UMS_SHAPE */
export function readContext(json: unknown): Record<string, unknown> | undefined {
  return json === undefined || json === null ? undefined : expectObject(json, 'context');
}

/** @throws UMS_NOT_JSON */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notJson(cause instanceof Error ? cause.message : String(cause), text, cause);
  }
}

function decode(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  // Decoding would quietly put U+FFFD in place of what it cannot read.
  if (!isUtf8(bytes)) throw notJson('these bytes are not UTF-8', text);
  return text;
}

function notJson(reason: string, text: string, cause?: unknown): RtdpError {
  return new RtdpError({
    code: 'UMS_NOT_JSON',
    message: `The message is not one JSON object in UTF-8: ${reason}.`,
    next: 'Look who else writes to this topic, and whether the message was cut off.',
    facts: { path: 'message', value: showValue(text), length: text.length },
    cause,
  });
}
