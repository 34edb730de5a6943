/** Decides how sessions of ours are ended at their server: by what tells a session from every other one that ever had its process id. */

import type { ClientBase, ClientConfig } from 'pg';
import { Client } from 'pg';

export interface ServerSession {
  process: number;
  /** When it began, by the server: the id of a process that has ended is given to another session. */
  began: string;
}

export async function sessionOf(client: ClientBase): Promise<ServerSession> {
  const asked =
    'SELECT pid AS process, backend_start::text AS began FROM pg_stat_activity WHERE pid = pg_backend_pid()';
  const { rows } = await client.query<ServerSession>(asked);
  return rows[0]!;
}

/** Ends those that are there still. @throws what stood in the way: the server ends them itself as soon as it finds nobody there */
export async function endSessions(config: ClientConfig, sessions: readonly ServerSession[]): Promise<void> {
  if (sessions.length === 0) return;
  const client = new Client({ ...config, query_timeout: 10_000 });
  client.on('error', () => undefined); // whoever waits for the connection or the answer meets it
  try {
    await client.connect();
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         JOIN unnest($1::int[], $2::timestamptz[]) AS ours (process, began) ON pid = process AND backend_start = began`,
      [sessions.map(({ process }) => process), sessions.map(({ began }) => began)],
    );
  } finally {
    await client.end().catch(() => undefined); // it may have had no connection to end
  }
}
