/** DROP VIEW and UNMOUNT TABLE: what was defined in a logical database goes, and the grants on it. */
import { isRtdpError } from '@rtdp/ums/error';
import type { ViewAdministration } from '../admin/view-administration.ts';
import type { StatementKind } from './contract.ts';
import { inDatabase } from './create-view.ts';
import { readTableName } from './table-name.ts';

export function dropView(views: ViewAdministration, kind: 'view' | 'table'): StatementKind {
  const tag = kind === 'view' ? 'DROP VIEW' : 'UNMOUNT TABLE';
  return {
    head: tag.split(' '),
    syntax: `${tag} [IF EXISTS] database.${kind}`,
    read(tokens) {
      const ifExists = tokens.skip('IF');
      if (ifExists) tokens.expect('EXISTS');
      const named = readTableName(tokens);
      tokens.end();
      return {
        tag,
        columns: null,
        async run({ principal, database }) {
          try {
            await views.drop(principal, kind, inDatabase(named, database), named.table);
          } catch (error) {
            if (!ifExists || !isRtdpError(error, 'MOONBOX_VIEW_UNKNOWN')) throw error;
          }
          return undefined;
        },
      };
    },
  };
}
