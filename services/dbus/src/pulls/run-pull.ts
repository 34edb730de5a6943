/** Decides which course a pull takes: in chunks by its key, or whole where the table has none. */
import { keyOf, loadTable } from '../sources/postgres/introspect.ts';
import { tableGone } from './chunk-reader.ts';
import type { PullRun } from './pull-run.ts';
import { runKeyedPull } from './run-keyed-pull.ts';
import { runWholePull } from './run-whole-pull.ts';

/** Runs until the pull is through, throwing what stopped it; called again, it goes on after the last finished chunk. */
export async function runPull(pullId: string, run: PullRun): Promise<void> {
  const pull = await run.store.get(run.organisationId, pullId);
  await using session = await run.openSession('pull');
  const table = await loadTable(session, pull);
  if (table === undefined) throw tableGone(pull);
  const key = keyOf(table, run.serverVersion);
  if ('reason' in key) await runWholePull(pull, table, session, run);
  else await runKeyedPull(pull, table, key.columns, run);
}
