/** Decides how the options of the service become those of the bus: SASL from one text, TLS from a word or the path of a PEM file. */
import { readFileSync } from 'node:fs';
import type { BusOptions, SaslOptions } from '@rtdp/bus/bus';
import { RtdpError } from '@rtdp/ums/error';

export interface KafkaOptions {
  kafkaBrokers: string[];
  /** mechanism:user:password, or empty. */
  kafkaSasl: string;
  /** Empty, `system`, or the path of a PEM file. */
  kafkaTls: string;
}

/** @throws RtdpError SERVICE_OPTION_INVALID */
export function toBusOptions(options: KafkaOptions, clientId: string): BusOptions {
  return {
    brokers: options.kafkaBrokers,
    clientId,
    ...(options.kafkaSasl === '' ? {} : { sasl: readSasl(options.kafkaSasl) }),
    ...(options.kafkaTls === ''
      ? {}
      : { ssl: options.kafkaTls === 'system' ? true : { ca: readAuthority(options.kafkaTls) } }),
  };
}

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

function readSasl(text: string): SaslOptions {
  // A password may hold colons.
  const [, mechanism, username, password] = /^([^:]*):([^:]*):(.*)$/s.exec(text) ?? [];
  const known = MECHANISMS.find((each) => each === mechanism);
  if (known !== undefined && username !== undefined && username !== '' && password !== undefined) {
    return { mechanism: known, username, password };
  }
  throw new RtdpError({
    code: 'SERVICE_OPTION_INVALID',
    message: 'the SASL login of Kafka is not mechanism:user:password',
    next: `Set RTDP_KAFKA_SASL; mechanisms are ${MECHANISMS.join(', ')}.`,
  });
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new RtdpError({
      code: 'SERVICE_OPTION_INVALID',
      message: `the authority of Kafka's TLS cannot be read from ${path}`,
      next: 'Set RTDP_KAFKA_TLS to "system" or to the path of a PEM file.',
      facts: { path },
      cause,
    });
  }
}
