/** Decides that what REST changes leaves the same trace as the statement that does the same. */
import type { Principal } from '../query/contract.ts';
import type { RunningQueries } from '../query/running.ts';

/** A mount tries a connection; nothing here takes longer. */
const LONGEST_MS = 600_000;

/** @param sql what is done, in words of the statement, without secrets */
export async function audited<Result>(
  running: RunningQueries,
  what: { principal: Principal; kind: string; sql: string },
  work: () => Promise<Result>,
): Promise<Result> {
  const { principal, kind, sql } = what;
  const query = running.begin({ sql, principal, signal: new AbortController().signal }, LONGEST_MS);
  query.kind = kind;
  query.state = 'running';
  query.isAllowed = true;
  try {
    const result = await work();
    query.finish();
    return result;
  } catch (error) {
    query.finish(error);
    throw error;
  }
}
