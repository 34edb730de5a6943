/** EXPLAIN [ANALYZE] query: what each store would be asked, what stays in the gateway, and why. */
import { explanationLines } from '../query/explain.ts';
import type { StatementKind } from './contract.ts';
import { batchOf, textColumn } from './rows.ts';

const COLUMNS = [textColumn('QUERY PLAN')];

export const explainQuery: StatementKind = {
  head: ['EXPLAIN'],
  syntax: 'EXPLAIN [ANALYZE] SELECT …',
  read(tokens) {
    const analyze = tokens.skip('ANALYZE') || tokens.skip('ANALYSE');
    if (tokens.isAtEnd) throw tokens.fail('a query was expected');
    const sql = tokens.rest();
    return {
      tag: 'EXPLAIN',
      columns: COLUMNS,
      async run({ principal, database, signal, timeoutMs, queries, parameters }) {
        const request = {
          sql,
          principal,
          signal,
          timeoutMs,
          ...(database === undefined ? {} : { database }),
          ...(parameters === undefined ? {} : { parameters }),
        };
        const explanation = await queries.explain(request, { analyze });
        return batchOf(
          COLUMNS,
          explanationLines(explanation).map((line) => [line]),
        );
      },
    };
  },
};
