/** Decides how the text options for Kafka's SASL and TLS become what the bus takes. */
import { readFileSync } from 'node:fs';
import type { BusOptions, SaslOptions } from '@rtdp/bus/bus';
import { RtdpError } from '@rtdp/ums/error';

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** @throws RtdpError SERVICE_OPTION_INVALID */
export function kafkaSecurity(options: { kafkaSasl: string; kafkaTls: string }): Pick<BusOptions, 'sasl' | 'ssl'> {
  return {
    ...(options.kafkaSasl === '' ? {} : { sasl: readSasl(options.kafkaSasl) }),
    ...(options.kafkaTls === ''
      ? {}
      : { ssl: options.kafkaTls === 'system' ? true : { ca: readFileSync(options.kafkaTls, 'utf8') } }),
  };
}

function readSasl(text: string): SaslOptions {
  const [mechanism, username, ...password] = text.split(':');
  const known = MECHANISMS.find((each) => each === mechanism);
  if (known !== undefined && username !== undefined && password.length > 0)
    return { mechanism: known, username, password: password.join(':') };
  throw new RtdpError({
    code: 'SERVICE_OPTION_INVALID',
    message: 'RTDP_KAFKA_SASL does not have the form mechanism:user:password',
    next: `Use one of the mechanisms ${MECHANISMS.join(', ')}.`,
  });
}
