/** Decides of which statements there is a plan to ask for: of queries, and not of what else the gateway runs. Pure. */
import type { QueryRecordView } from '@rtdp/moonbox/client';

/** Behind white space and comments. */
const SAYS_EXPLAIN = /^(?:\s|--.*(?:\n|$)|\/\*[\s\S]*?\*\/)*explain\b/i;

export function isExplainable({ kind, sql }: Pick<QueryRecordView, 'kind' | 'sql'>): boolean {
  if (sql === null) return false;
  if (kind === 'SELECT') return true;
  // Asked for by the console it is the query itself; written in SQL it is not.
  return (kind === 'EXPLAIN' || kind === 'EXPLAIN ANALYZE') && !SAYS_EXPLAIN.test(sql);
}
