/** Decides what Wormhole knows of a message before it decodes any row: its place, its head, and where a broken one belongs. */
import type { IncomingMessage } from '@rtdp/bus/bus';
import { parseKafkaKey } from '@rtdp/ums/kafka-key';
import { type MessageHead, peekHead } from '@rtdp/ums/message-head';
import { formatNamespace } from '@rtdp/ums/namespace';

export interface TopicMessage {
  readonly offset: bigint;
  readonly value: Buffer;
  /** The broker's time of the message, milliseconds since 1970. */
  readonly kafkaTime: number;
  /** When this process received it, milliseconds since 1970. */
  readonly readAt: number;
  /** Undefined when the bytes are no UMS message; `error` says why. */
  readonly head: MessageHead | undefined;
  readonly kind: string;
  /** The namespace as the head, or else the key, says it; empty when neither does. */
  readonly namespace: string;
  readonly error: unknown;
}

/** A message as read → what is needed to send it on. A tombstone or foreign message gets an empty namespace and the error. */
export function toTopicMessage(message: IncomingMessage, readAt: number): TopicMessage {
  const base = { offset: message.offset, value: message.value ?? EMPTY, kafkaTime: message.timestamp, readAt };
  try {
    const head = peekHead(base.value);
    return { ...base, head, kind: head.kind, namespace: head.namespace, error: undefined };
  } catch (error) {
    return { ...base, head: undefined, ...fromKey(message.key), error };
  }
}

const EMPTY = Buffer.alloc(0);

/** DBus writes kind and namespace into the key too, so a message with a broken value still finds its table. */
function fromKey(key: Buffer | null): { kind: string; namespace: string } {
  if (key === null) return { kind: '', namespace: '' };
  try {
    const { kind, namespace } = parseKafkaKey(key.toString('utf8'));
    return { kind, namespace: formatNamespace(namespace) };
  } catch {
    // Not a key of ours either: the caller counts the message as unreadable.
    return { kind: '', namespace: '' };
  }
}
