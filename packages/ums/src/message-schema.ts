/** Decides whether protocol, namespace and fields of a message are usable for its kind. */
import { RtdpError } from './error.ts';
import { familyOf } from './message-kinds.ts';
import { formatNamespace, parseForeignNamespace, parsePattern } from './namespace.ts';
import { ID_FIELD, isUmsType, OPERATION_FIELD, TIMESTAMP_FIELD, type UmsField } from './types.ts';
import { showValue } from './value-check.ts';

export const READ_VERSIONS: readonly string[] = ['1.2', '1.3', '1.4'];

/** Raw namespace → checked one. Messages name the same few tables over and over. */
const knownNamespaces = new Map<string, string>();
const KNOWN_LIMIT = 10_000;

export interface Protocol {
  readonly kind: string;
  readonly version: string;
}

/** @throws UMS_SHAPE, UMS_VERSION */
export function readProtocol(json: unknown): Protocol {
  const protocol = expectObject(json, 'protocol');
  const kind = protocol.type;
  if (typeof kind !== 'string' || kind === '') throw shapeError('protocol.type', kind, 'a text');
  const version = protocol.version ?? '1.3';
  // What an unknown kind means by its version is not ours to judge: it is skipped.
  if (familyOf(kind) !== 'unknown' && (typeof version !== 'string' || !READ_VERSIONS.includes(version))) {
    throw new RtdpError({
      code: 'UMS_VERSION',
      message: `protocol.version is ${showValue(version)}.`,
      next: `Send one of ${READ_VERSIONS.join(', ')}, or upgrade this reader.`,
      facts: { path: 'protocol.version', value: showValue(version) },
    });
  }
  return { kind, version: String(version) };
}

/** The escaped form. A control message may name a pattern. @throws UMS_SHAPE, UMS_NAMESPACE */
export function checkNamespace(kind: string, json: unknown): string {
  if (typeof json !== 'string') throw shapeError('schema.namespace', json, 'a text');
  const known = knownNamespaces.get(json);
  if (known !== undefined) return known;
  const family = familyOf(kind);
  const mayBePattern = (family === 'directive' || family === 'feedback') && json.includes('*');
  if (mayBePattern) return atPath(json, () => parsePattern(json).text);
  const namespace = atPath(json, () => formatNamespace(parseForeignNamespace(json)));
  if (knownNamespaces.size >= KNOWN_LIMIT) knownNamespaces.clear();
  knownNamespaces.set(json, namespace);
  return namespace;
}

/** @throws UMS_SHAPE */
export function readBatchId(json: unknown): number {
  if (json === undefined || json === null) return 0;
  if (Number.isSafeInteger(json) && (json as number) >= 0) return (json as number) + 0;
  throw shapeError('schema.batchId', json, 'an integer that is not negative');
}

/** @throws UMS_SHAPE, UMS_FIELDS */
export function readFields(json: unknown): UmsField[] {
  if (json === undefined || json === null) return [];
  if (!Array.isArray(json)) throw shapeError('schema.fields', json, 'a list');
  return json.map((field, index) => readField(field, `schema.fields[${index}]`));
}

/** Also used before writing. @throws UMS_FIELDS */
export function checkFields(kind: string, fields: readonly UmsField[]): readonly UmsField[] {
  const byName = new Map<string, UmsField>();
  for (const [index, field] of fields.entries()) {
    const path = `schema.fields[${index}]`;
    if (typeof field.name !== 'string' || field.name === '' || !field.name.isWellFormed()) {
      throw fieldsError(`${path}.name`, field.name, 'a text of whole characters');
    }
    if (!isUmsType(field.type)) throw fieldsError(`${path}.type`, field.type, 'a UMS type');
    if (byName.has(field.name)) throw fieldsError(`${path}.name`, field.name, 'a name that no other field has');
    byName.set(field.name, field);
  }
  for (const needed of neededFields(kind)) {
    const field = byName.get(needed.name);
    if (field?.type !== needed.type) {
      throw fieldsError(
        'schema.fields',
        field,
        `a list with the field ${needed.name} of type ${needed.type} for ${kind}`,
      );
    }
  }
  const operation = byName.get(OPERATION_FIELD.name);
  if (familyOf(kind) === 'data' && operation !== undefined && operation.type !== OPERATION_FIELD.type) {
    throw fieldsError('schema.fields', operation, `a list whose field ${OPERATION_FIELD.name} is of type string`);
  }
  return fields;
}

export function expectObject(json: unknown, path: string): Record<string, unknown> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  throw shapeError(path, json, 'an object');
}

export function shapeError(path: string, value: unknown, expected: string): RtdpError {
  return envelopeError('UMS_SHAPE', path, value, expected);
}

/** The namespace's own error, with the path in this message. */
function atPath(namespace: string, read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RtdpError)) throw error;
    throw new RtdpError({
      code: error.code,
      message: error.message,
      next: error.next,
      facts: { ...error.facts, path: 'schema.namespace', value: showValue(namespace) },
      cause: error,
    });
  }
}

function neededFields(kind: string): readonly UmsField[] {
  switch (familyOf(kind)) {
    case 'data':
    case 'heartbeat':
    case 'truncate':
      return [ID_FIELD, TIMESTAMP_FIELD];
    case 'termination':
      return [TIMESTAMP_FIELD];
    default:
      return [];
  }
}

function readField(json: unknown, path: string): UmsField {
  const { name, type, nullable, encoded, sourceType, key } = expectObject(json, path);
  if (typeof name !== 'string') throw fieldsError(`${path}.name`, name, 'a text');
  if (!isUmsType(type)) throw fieldsError(`${path}.type`, type, 'a UMS type');
  return {
    name,
    type,
    // A writer that does not say so may send null at any time.
    nullable: optional(nullable, 'boolean', `${path}.nullable`) ?? true,
    encoded: optional(encoded, 'boolean', `${path}.encoded`) ?? false,
    ...present('sourceType', optional(sourceType, 'string', `${path}.sourceType`)),
    ...present('key', optional(key, 'boolean', `${path}.key`) || undefined),
  };
}

function optional<T extends 'boolean' | 'string'>(
  value: unknown,
  type: T,
  path: string,
): (T extends 'boolean' ? boolean : string) | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== type) throw fieldsError(path, value, `a ${type}`);
  return value as T extends 'boolean' ? boolean : string;
}

function present(name: string, value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [name]: value };
}

function fieldsError(path: string, value: unknown, expected: string): RtdpError {
  return envelopeError('UMS_FIELDS', path, value, expected);
}

function envelopeError(code: string, path: string, value: unknown, expected: string): RtdpError {
  const shown = showValue(value);
  return new RtdpError({
    code,
    message: `${path} is ${shown}, but must be ${expected}.`,
    next: 'Look at the raw message and at who wrote it; nothing of it was used.',
    facts: { path, value: shown },
  });
}
