/** Decides what a message is without reading its rows: kind, namespace, batch and fields from the head, context from the tail. */

import { skipPlainString, skipSpace, skipValue } from './json-scanner.ts';
import { parse, readContext, readEnvelope } from './message-envelope.ts';
import { familyOf } from './message-kinds.ts';
import { checkFields, checkNamespace, expectObject, readBatchId, readFields, readProtocol } from './message-schema.ts';
import type { UmsField } from './types.ts';

export interface MessageHead {
  readonly kind: string;
  /** Escaped form; as it stands in the message for an unknown kind. */
  readonly namespace: string;
  readonly batchId: number;
  /** Equal keys mean equal fields: for caches of readers and sinks. */
  readonly fieldsKey: string;
  /** All fields, system fields included. @throws UMS_FIELDS */
  readonly fields: () => readonly UmsField[];
  /** @throws UMS_NOT_JSON, UMS_SHAPE */
  readonly context: () => Readonly<Record<string, unknown>> | undefined;
}

/** Byte positions of a message in the usual order: protocol and schema before payload. */
export interface HeadPositions {
  readonly protocolStart: number;
  readonly protocolEnd: number;
  readonly schemaStart: number;
  readonly schemaEnd: number;
  /** After the opening bracket of the payload. */
  readonly rowsStart: number;
  /** True if a context stands before the payload. */
  readonly contextBefore: boolean;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const CONTEXT_MEMBER = Buffer.from('],"context":');

/**
 * Cheap: looks at the head only. Rows are not looked at, so a message with a good head may still be refused by a reader, and a second
 * `schema` behind the rows (which would count) is not seen.
 * @throws UMS_NOT_JSON, UMS_SHAPE, UMS_VERSION, UMS_NAMESPACE
 */
export function peekHead(source: Uint8Array): MessageHead {
  const bytes = asBuffer(source);
  const positions = findHead(bytes);
  if (positions === null) return peekWhole(bytes);
  const { kind } = readProtocol(parse(bytes.toString('utf8', positions.protocolStart, positions.protocolEnd)));
  const schema = parseSchema(bytes, positions);
  const unknown = familyOf(kind) === 'unknown';
  return {
    kind,
    namespace: unknown ? String(schema.namespace ?? '') : checkNamespace(kind, schema.namespace),
    batchId: unknown ? 0 : readBatchId(schema.batchId),
    fieldsKey: schema.fieldsKey,
    fields: () => (unknown ? [] : checkFields(kind, readFields(schema.fields()))),
    context: () => (unknown ? undefined : findContext(bytes)),
  };
}

/** Null for a message whose order is unusual, whose names are escaped, or that is not JSON: read it whole. */
export function findHead(bytes: Buffer): HeadPositions | null {
  let protocolStart = -1;
  let protocolEnd = -1;
  let schemaStart = -1;
  let schemaEnd = -1;
  let contextBefore = false;
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== 0x7b) return null;
  for (;;) {
    const nameAt = skipSpace(bytes, at + 1);
    const start = memberValue(bytes, nameAt);
    if (start < 0) return null;
    const name = memberName(bytes, nameAt);
    if (name === 'payload') {
      if (protocolStart < 0 || schemaStart < 0 || bytes[start] !== 0x5b) return null;
      return { protocolStart, protocolEnd, schemaStart, schemaEnd, rowsStart: start + 1, contextBefore };
    }
    const end = skipValue(bytes, start);
    if (end < 0) return null;
    if (name === 'protocol') {
      if (protocolStart >= 0) return null;
      protocolStart = start;
      protocolEnd = end;
    } else if (name === 'schema') {
      if (schemaStart >= 0 || bytes[start] !== 0x7b) return null;
      schemaStart = start;
      schemaEnd = end;
    } else if (name === 'context') {
      contextBefore = true;
    }
    at = skipSpace(bytes, end);
    if (bytes[at] !== COMMA) return null;
  }
}

/**
 * Whether what follows the rows is what a message may end with: at most one context, an object, and members that nobody knows.
 * @param at after the closing bracket of the payload
 */
export function isTail(bytes: Buffer, at: number, contextBefore: boolean): boolean {
  let contextSeen = contextBefore;
  for (;;) {
    at = skipSpace(bytes, at);
    if (bytes[at] === 0x7d) return skipSpace(bytes, at + 1) === bytes.length;
    if (bytes[at] !== COMMA) return false;
    const nameAt = skipSpace(bytes, at + 1);
    const start = memberValue(bytes, nameAt);
    if (start < 0) return false;
    const name = memberName(bytes, nameAt);
    if (name === 'protocol' || name === 'schema' || name === 'payload') return false;
    if (name === 'context') {
      if (contextSeen || bytes[start] !== 0x7b) return false;
      contextSeen = true;
    }
    at = skipValue(bytes, start);
    if (at < 0) return false;
  }
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The value's position of a member whose name has no escapes, or −1. @param at on the opening quote of the name */
function memberValue(bytes: Buffer, at: number): number {
  if (bytes[at] !== QUOTE) return -1;
  const nameEnd = skipPlainString(bytes, at);
  if (nameEnd < 0) return -1;
  const colon = skipSpace(bytes, nameEnd);
  return bytes[colon] === COLON ? skipSpace(bytes, colon + 1) : -1;
}

function memberName(bytes: Buffer, at: number): string {
  return bytes.toString('utf8', at + 1, skipPlainString(bytes, at) - 1);
}

interface SchemaPeek {
  readonly namespace: unknown;
  readonly batchId: unknown;
  readonly fieldsKey: string;
  readonly fields: () => unknown;
}

/** Reads the schema's members but the fields, which are many and mostly known already. */
function parseSchema(bytes: Buffer, { schemaStart, schemaEnd }: HeadPositions): SchemaPeek {
  let fieldsStart = -1;
  let fieldsEnd = -1;
  let at = skipSpace(bytes, schemaStart + 1);
  const pieces: string[] = [];
  let plain = true;
  while (bytes[at] === QUOTE) {
    const nameAt = at;
    const start = memberValue(bytes, nameAt);
    const end = start < 0 ? -1 : skipValue(bytes, start);
    if (end < 0) {
      plain = false;
      break;
    }
    if (memberName(bytes, nameAt) === 'fields') {
      plain = fieldsStart < 0;
      fieldsStart = start;
      fieldsEnd = end;
    } else {
      pieces.push(bytes.toString('utf8', nameAt, end));
    }
    if (!plain) break;
    at = skipSpace(bytes, end);
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
  }
  const whole = plain ? `{${pieces.join(',')}}` : bytes.toString('utf8', schemaStart, schemaEnd);
  const schema = expectObject(parse(whole), 'schema');
  if (!plain) fieldsStart = -1;
  const fieldsText =
    fieldsStart < 0 ? JSON.stringify(schema.fields ?? null) : bytes.toString('utf8', fieldsStart, fieldsEnd);
  return {
    namespace: schema.namespace,
    batchId: schema.batchId,
    fieldsKey: fieldsText,
    // Not from its own text again: a number beyond all doubles would come back as null.
    fields: () => (fieldsStart < 0 ? schema.fields : parse(fieldsText)),
  };
}

/**
 * The context without walking over the rows. `],"context":` cannot stand inside a string (its quotes would be escaped), and if what follows
 * its last place is, up to the end, the rest of an object, then that object is the message.
 */
function findContext(bytes: Buffer): Readonly<Record<string, unknown>> | undefined {
  const place = bytes.lastIndexOf(CONTEXT_MEMBER);
  if (place >= 0) {
    try {
      const tail = JSON.parse(`{${bytes.toString('utf8', place + 2)}`) as Record<string, unknown>;
      return readContext(tail.context);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return readContext(expectObject(parse(bytes.toString('utf8')), 'message').context);
}

function peekWhole(bytes: Buffer): MessageHead {
  const { envelope, fields } = readEnvelope(bytes);
  return {
    kind: envelope.kind,
    namespace: envelope.namespace,
    batchId: envelope.batchId,
    fieldsKey: JSON.stringify(fields),
    fields: () => fields,
    context: () => envelope.context,
  };
}
