/** Decides what DBus is measured against: pg_recvlogical on the same log into nothing, and psql's \copy of the same table. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Milliseconds that pg_recvlogical takes for the log of these publications up to an LSN. */
export async function receiveLogically(
  url: string,
  slot: string,
  publications: readonly string[],
  endLsn: string,
): Promise<number> {
  return timed('pg_recvlogical', [
    ...['-d', url, '--slot', slot, '--start', '--no-loop', '--endpos', endLsn, '-f', '/dev/null'],
    ...['-o', 'proto_version=1', '-o', `publication_names=${publications.join(',')}`],
  ]);
}

/** Milliseconds that psql takes to copy the table into nothing. */
export async function copyTable(url: string): Promise<number> {
  return timed('psql', ['-q', '-d', url, '-c', '\\copy events to /dev/null']);
}

async function timed(command: string, argumentsOf: string[]): Promise<number> {
  const begun = performance.now();
  const child = spawn(command, argumentsOf, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
  return performance.now() - begun;
}
