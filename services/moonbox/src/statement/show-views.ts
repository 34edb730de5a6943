/** SHOW VIEWS and SHOW CREATE VIEW: what is defined in the gateway itself, whether it can be read, and how it is made. */
import { RtdpError } from '@rtdp/ums/error';
import type { ViewAdministration } from '../admin/view-administration.ts';
import type { LogicalView } from '../catalog/contract.ts';
import type { StatementKind } from './contract.ts';
import { batchOf, textColumn } from './rows.ts';
import { readTableName } from './table-name.ts';

const COLUMNS = ['database', 'view', 'kind', 'owner', 'state', 'error'].map(textColumn);
const TEXT_COLUMNS = ['view', 'definition'].map(textColumn);

export function showViews(views: ViewAdministration): StatementKind {
  return {
    head: ['SHOW', 'VIEWS'],
    syntax: 'SHOW VIEWS [FROM database]',
    read(tokens) {
      const from = tokens.skip('FROM') || tokens.skip('IN') ? tokens.name('name of the database') : undefined;
      tokens.end();
      return {
        tag: 'SHOW VIEWS',
        columns: COLUMNS,
        async run({ principal, database }) {
          const rows = views
            .list(principal, from ?? database)
            .map(({ view, problem }) => [
              view.database,
              view.name,
              view.kind,
              view.owner,
              problem === null ? 'ok' : 'broken',
              problem?.message ?? null,
            ]);
          return batchOf(COLUMNS, rows);
        },
      };
    },
  };
}

export function showCreateView(views: ViewAdministration): StatementKind {
  return {
    head: ['SHOW', 'CREATE', 'VIEW'],
    syntax: 'SHOW CREATE VIEW database.view',
    read(tokens) {
      const named = readTableName(tokens);
      tokens.end();
      return {
        tag: 'SHOW CREATE VIEW',
        columns: TEXT_COLUMNS,
        async run({ principal, database }) {
          const { view, isOpen } = views.get(principal, named.database ?? database, named.table);
          if (!isOpen) throw closed(view);
          return batchOf(TEXT_COLUMNS, [[`${view.database}.${view.name}`, definitionText(view)]]);
        },
      };
    },
  };
}

function closed({ database, name }: LogicalView): RtdpError {
  return new RtdpError({
    code: 'MOONBOX_VIEW_FORBIDDEN',
    message: `how the view ${database}.${name} is made is shown to those who may read its tables`,
    next: 'DESCRIBE shows its columns.',
    facts: { database, name },
  });
}

/** Reads as the same view again. */
function definitionText({ database, name, columns, sql }: LogicalView): string {
  const quoted = (text: string): string => (/^[a-z_][a-z0-9_]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`);
  const list = columns.map((column) => quoted(column.name)).join(', ');
  return `CREATE VIEW ${quoted(database)}.${quoted(name)} (${list}) AS ${sql}`;
}
