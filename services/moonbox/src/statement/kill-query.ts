/** KILL id: ends a running statement, at its sources too; one's own, or anybody's for an admin. */
import { RtdpError } from '@rtdp/ums/error';
import type { StatementKind } from './contract.ts';

export const killQuery: StatementKind = {
  head: ['KILL'],
  syntax: "KILL 'id'",
  read(tokens) {
    tokens.skip('QUERY');
    const id = tokens.nameOrText('id of the statement');
    tokens.end();
    return {
      tag: 'KILL',
      columns: null,
      async run({ principal, queries }) {
        if (await queries.cancel(id, principal)) return undefined;
        throw new RtdpError({
          code: 'MOONBOX_QUERY_UNKNOWN',
          message: `no statement "${id}" of yours is running`,
          next: 'SHOW QUERIES lists what runs.',
          facts: { id },
        });
      },
    };
  },
};
