/** Decides the Kafka key of a message: ten dot-separated parts, of which readers take the first (kind) and the next seven (namespace). */
import { RtdpError } from './error.ts';
import { escapePart, formatNamespace, type Namespace, parseForeignNamespace, unescapePart } from './namespace.ts';

export interface KafkaKey {
  readonly kind: string;
  readonly namespace: Namespace;
  readonly epochMillis: number;
  /** The process that wrote the message. */
  readonly instance: string;
}

const LAST_PART = 'wh_placeholder';

/** `<kind>.<namespace>.<epochMillis>|<instance>.wh_placeholder` */
export function formatKafkaKey(key: KafkaKey): string {
  return `${key.kind}.${formatNamespace(key.namespace)}.${key.epochMillis}|${escapePart(key.instance)}.${LAST_PART}`;
}

/** Throws UMS_KAFKA_KEY, or UMS_NAMESPACE for the part in the middle. */
export function parseKafkaKey(text: string): KafkaKey {
  const parts = text.split('.');
  const [kind, stamp] = [parts[0] ?? '', parts[8] ?? ''];
  const bar = stamp.indexOf('|');
  const millis = bar === -1 ? stamp : stamp.slice(0, bar);
  if (parts.length !== 10 || kind === '' || !/^[0-9]{1,15}$/.test(millis) || bar === stamp.length - 1) {
    throw new RtdpError({
      code: 'UMS_KAFKA_KEY',
      message: `The Kafka key ${JSON.stringify(text)} does not have the form <kind>.<namespace>.<millis>|<instance>.${LAST_PART}.`,
      next: 'Look who else writes to this topic; DBus writes only keys of this form.',
      facts: { key: text },
    });
  }
  return {
    kind,
    namespace: parseForeignNamespace(parts.slice(1, 8).join('.')),
    epochMillis: Number(millis),
    instance: bar === -1 ? '' : unescapePart(stamp.slice(bar + 1)),
  };
}
