/** Decides how a test that kills this process learns whether a Kafka transaction was open: one letter per event in a file it names. */
import { openSync, writeSync } from 'node:fs';
import type { TransactionTrace } from './publisher.ts';

const LETTERS = { begin: 'B', sent: 'S', committed: 'C' } as const;

/** `RTDP_DBUS_TRANSACTION_TRACE` is the path of a file that is appended to; nothing is traced without it. */
export function traceFromEnvironment(environment: NodeJS.ProcessEnv): TransactionTrace | undefined {
  const path = environment.RTDP_DBUS_TRANSACTION_TRACE;
  if (path === undefined || path === '') return undefined;
  const file = openSync(path, 'a');
  return (event) => void writeSync(file, LETTERS[event]);
}
