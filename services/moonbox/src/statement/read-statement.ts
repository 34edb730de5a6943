/** Decides which statements are the gateway's own, and which kind each one is; everything else is left to the planner. */

import { nearestName } from '@rtdp/sql/nearest-name';
import { RtdpError } from '@rtdp/ums/error';
import type { Administration } from '../admin/administration.ts';
import type { ViewAdministration } from '../admin/view-administration.ts';
import type { StatementKind, StatementReader } from './contract.ts';
import { createDatabase, dropDatabase } from './create-database.ts';
import { createViewKinds } from './create-view.ts';
import { describeTable } from './describe-table.ts';
import { dropView } from './drop-view.ts';
import { explainQuery } from './explain-query.ts';
import { grantSelect, revokeSelect } from './grant-select.ts';
import { killQuery } from './kill-query.ts';
import { mountDatabase, withoutPasswords } from './mount-database.ts';
import { mountTable } from './mount-table.ts';
import { refreshDatabase, refreshTable } from './refresh.ts';
import { showDatabases } from './show-databases.ts';
import { showGrants } from './show-grants.ts';
import { showMounts } from './show-mounts.ts';
import { showQueries } from './show-queries.ts';
import { showTables } from './show-tables.ts';
import { showCreateView, showViews } from './show-views.ts';
import { Tokens } from './tokens.ts';
import { unmountDatabase } from './unmount-database.ts';

const FIRST_WORD = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*([A-Za-z]+)/;

export function createStatementReader(administration: Administration, views: ViewAdministration): StatementReader {
  const kinds: readonly StatementKind[] = [
    mountDatabase(administration),
    unmountDatabase(administration),
    mountTable(views),
    dropView(views, 'table'),
    refreshDatabase(administration),
    refreshTable(administration, views),
    showDatabases(administration),
    showTables(administration),
    showMounts(administration),
    showViews(views),
    showCreateView(views),
    showGrants(administration),
    showQueries(administration),
    describeTable(administration, 'DESCRIBE'),
    describeTable(administration, 'DESC'),
    explainQuery,
    grantSelect(administration),
    revokeSelect(administration),
    createDatabase(administration),
    dropDatabase(administration),
    ...createViewKinds(views),
    dropView(views, 'view'),
    killQuery,
  ];
  const byFirstWord = Map.groupBy(kinds, ({ head }) => head[0] ?? '');
  const read = (sql: string) => {
    const first = FIRST_WORD.exec(sql)?.[1]?.toUpperCase() ?? '';
    const candidates = byFirstWord.get(first);
    if (candidates === undefined) return undefined;
    for (const kind of candidates) {
      const tokens = new Tokens(sql, kind.syntax);
      if (kind.head.every((word) => tokens.skip(word))) return kind.read(tokens);
    }
    throw unsupported(sql, first, candidates);
  };
  return Object.assign(read, { withoutSecrets: withoutPasswords });
}

function unsupported(sql: string, first: string, candidates: readonly StatementKind[]): RtdpError {
  const tokens = new Tokens(sql, '');
  tokens.skip(first);
  const seconds = candidates.map(({ head }) => head[1] ?? '');
  const meant = tokens.isAtEnd ? undefined : nearestName(tokens.found.replaceAll('"', ''), seconds);
  const all = candidates.map(({ syntax }) => syntax).join('; ');
  return new RtdpError({
    code: 'MOONBOX_STATEMENT_UNSUPPORTED',
    message: `after ${first}, ${tokens.found} means nothing here`,
    next: meant === undefined ? `Write: ${all}` : `Did you mean ${first} ${meant}?`,
    facts: { statements: candidates.map(({ syntax }) => syntax) },
  });
}
