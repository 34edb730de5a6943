/** Decides how a service logs: one JSON line an event on standard output, with nothing secret in it. */
import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

const SECRET_PATHS = [
  'password',
  'token',
  'secret',
  'authorization',
  'connectionString',
  'sasl',
  'metadataUrl',
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** A logger named after the service; fields that carry secrets are replaced before they reach the output. */
export function createLogger(name: string, level = 'info'): Logger {
  return pino({ name, level, redact: { paths: SECRET_PATHS, censor: '(hidden)' } });
}
