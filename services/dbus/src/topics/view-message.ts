/** Decides how a message of any topic is shown: as decoded UMS, as Avro that the registry explains, else as text or bytes; never an error for what it holds. */
import type { IncomingMessage } from '@rtdp/bus/bus';
import type { Registry } from '@rtdp/bus/registry';
import { isRtdpError } from '@rtdp/ums/error';
import { readMessage, type UmsMessage } from '@rtdp/ums/message';
import { isDataKind } from '@rtdp/ums/message-kinds';
import type { MessageDetail, MessageQuestion, TopicMessage } from './topic-shapes.ts';
import { writeDecoded } from './write-decoded.ts';

const MOST_ROWS = 500;
const MOST_RAW_BYTES = 256 * 1024;
/** The registry's wire format: a zero, the schema's id in four bytes, then Avro. */
const AVRO_HEAD_BYTES = 5;

/** A message with what could be read of it. */
export interface ReadMessage {
  partition: number;
  message: IncomingMessage;
  form: TopicMessage['form'];
  ums: UmsMessage | null;
  problem: TopicMessage['problem'];
}

export function readAny(partition: number, message: IncomingMessage): ReadMessage {
  const { value } = message;
  const as = (form: TopicMessage['form'], more: Partial<ReadMessage> = {}): ReadMessage => ({
    partition,
    message,
    form,
    ums: null,
    problem: null,
    ...more,
  });
  if (value === null) return as('tombstone');
  if (value[0] === 0 && value.length > AVRO_HEAD_BYTES) return as('avro');
  if (textOf(value) === undefined) return as('bytes');
  if (value[0] !== 0x7b || !value.includes('"protocol"')) return as('text');
  try {
    return as('ums', { ums: readMessage(value) });
  } catch (error) {
    return as('text', { problem: problemOf(error) });
  }
}

/** Whether it is one of those that are asked for. */
export function isAskedFor(read: ReadMessage, question: MessageQuestion): boolean {
  const { ums, message } = read;
  const { kinds, namespace, id, key } = question;
  if (kinds === 'data' && ums !== null && !isDataKind(ums.kind)) return false;
  if (namespace !== undefined && ums?.namespace.includes(namespace) !== true) return false;
  if (id !== undefined && !idsOf(ums).includes(id)) return false;
  if (key === undefined) return true;
  return message.key?.toString('utf8') === key || (ums !== null && keysOf(ums).has(key));
}

export function viewMessage({ partition, message, form, ums, problem }: ReadMessage): TopicMessage {
  const ids = idsOf(ums)
    .map(BigInt)
    .sort((a, b) => (a < b ? -1 : 1));
  return {
    partition,
    offset: String(message.offset),
    at: new Date(message.timestamp).toISOString(),
    key: message.key === null ? null : (textOf(message.key) ?? message.key.toString('hex')),
    bytes: message.value?.length ?? 0,
    form,
    kind: ums?.kind ?? null,
    namespace: ums?.namespace ?? null,
    rows: ums?.rows.length ?? null,
    firstId: ids.length === 0 ? null : String(ids[0]),
    lastId: ids.length === 0 ? null : String(ids.at(-1)),
    problem,
  };
}

export async function viewDetail(read: ReadMessage, registry: Registry | null): Promise<MessageDetail> {
  const { message, ums } = read;
  const value = message.value ?? Buffer.alloc(0);
  const avro = read.form === 'avro' ? await decodeAvro(value, registry) : { value: null, problem: null };
  return {
    ...viewMessage({ ...read, problem: read.problem ?? avro.problem }),
    version: ums?.version ?? null,
    batchId: ums?.batchId ?? null,
    fields: (ums?.fields ?? []).map(({ name, type, sourceType, key }) => ({
      name,
      type,
      ...(sourceType === undefined ? {} : { sourceType }),
      ...(key === undefined ? {} : { key }),
    })),
    tuples: (ums?.rows ?? []).slice(0, MOST_ROWS).map((row) => [...row]),
    unchanged: (ums?.rows ?? [])
      .slice(0, MOST_ROWS)
      .map((_row, at) => [...(ums?.unchanged?.[at] ?? []), ...(ums?.unknown?.[at] ?? [])]),
    context: ums?.context ?? null,
    avro: avro.value,
    headers: Object.fromEntries(
      Object.entries(message.headers).map(([name, bytes]) => [name, textOf(bytes) ?? bytes.toString('hex')]),
    ),
    raw: value.subarray(0, MOST_RAW_BYTES).toString('base64'),
    isRawCut: value.length > MOST_RAW_BYTES,
  };
}

async function decodeAvro(
  value: Buffer,
  registry: Registry | null,
): Promise<{ value: unknown; problem: TopicMessage['problem'] }> {
  if (registry === null) {
    const message = 'It looks like Avro, and there is no schema registry to ask for its schema.';
    return {
      value: null,
      problem: { code: 'DBUS_MESSAGE_NOT_DECODED', message, next: 'Start DBus with RTDP_REGISTRY_URL.' },
    };
  }
  try {
    return { value: writeDecoded(await registry.decode(value)), problem: null };
  } catch (error) {
    return { value: null, problem: problemOf(error) };
  }
}

function problemOf(error: unknown): NonNullable<TopicMessage['problem']> {
  if (isRtdpError(error)) return { code: error.code, message: error.message, next: error.next };
  return {
    code: 'DBUS_MESSAGE_NOT_DECODED',
    message: error instanceof Error ? error.message : String(error),
    next: 'Look at its bytes, and at who else writes to this topic.',
  };
}

function idsOf(ums: UmsMessage | null): string[] {
  const at = ums?.fields.findIndex(({ name }) => name === 'ums_id_') ?? -1;
  return at === -1 ? [] : (ums?.rows ?? []).flatMap((row) => (row[at] === null ? [] : [String(row[at])]));
}

/** The key of each row, several columns joined by commas. */
function keysOf({ fields, rows }: UmsMessage): Set<string> {
  const columns = fields.flatMap(({ key }, at) => (key === true ? [at] : []));
  if (columns.length === 0) return new Set();
  return new Set(rows.map((row) => columns.map((at) => String(row[at])).join(',')));
}

/** Undefined when the bytes are no UTF-8. */
function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Not text: the question was whether it is.
    return undefined;
  }
}
