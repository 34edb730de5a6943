/** Decides how two texts become SASL and TLS to the brokers: `mechanism:user:password`, and a word or the path of a PEM file. */
import { readFileSync } from 'node:fs';
import type { BusOptions, SaslOptions } from './bus.ts';
import { busError } from './errors.ts';

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/**
 * @param saslText `mechanism:user:password`, where the password may hold colons; empty = no SASL
 * @param tlsText `system` = the system's authorities, else the path of a PEM file with the authority; empty = no TLS
 * @throws RtdpError BUS_OPTION_INVALID, which never repeats the login
 */
export function securityOptions(saslText: string, tlsText: string): Pick<BusOptions, 'sasl' | 'ssl'> {
  return {
    ...(saslText === '' ? {} : { sasl: readSasl(saslText) }),
    ...(tlsText === '' ? {} : { ssl: tlsText === 'system' ? true : { ca: readAuthority(tlsText) } }),
  };
}

function readSasl(text: string): SaslOptions {
  const [, mechanism, username, password] = /^([^:]*):([^:]*):(.+)$/s.exec(text) ?? [];
  const known = MECHANISMS.find((each) => each === mechanism);
  if (known !== undefined && username && password) return { mechanism: known, username, password };
  throw busError('BUS_OPTION_INVALID', {
    message: 'The SASL login of Kafka is not mechanism:user:password.',
    next: `Set RTDP_KAFKA_SASL; mechanisms are ${MECHANISMS.join(', ')}.`,
  });
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw busError('BUS_OPTION_INVALID', {
      message: `The authority of Kafka's TLS cannot be read from ${path}.`,
      next: 'Set RTDP_KAFKA_TLS to "system" or to the path of a PEM file.',
      facts: { path },
      cause,
    });
  }
}
