/** GRANT SELECT and REVOKE SELECT: on a database, a table or columns of it, to a user or a role. */
import { type Administration, granteeOf } from '../admin/administration.ts';
import type { GrantRequest } from '../client/access.ts';
import type { StatementKind } from './contract.ts';
import type { Tokens } from './tokens.ts';

export function grantSelect(administration: Administration): StatementKind {
  return {
    head: ['GRANT'],
    syntax: 'GRANT SELECT [(column, …)] ON database[.table] TO user_or_role',
    read(tokens) {
      const request = readGrant(tokens, 'TO');
      return {
        tag: 'GRANT',
        columns: null,
        run: async ({ principal }) => void (await administration.grant(principal, request)),
      };
    },
  };
}

export function revokeSelect(administration: Administration): StatementKind {
  return {
    head: ['REVOKE'],
    syntax: 'REVOKE SELECT [(column, …)] ON database[.table] FROM user_or_role',
    read(tokens) {
      const request = readGrant(tokens, 'FROM');
      return {
        tag: 'REVOKE',
        columns: null,
        run: async ({ principal }) => void (await administration.revoke(principal, request)),
      };
    },
  };
}

function readGrant(tokens: Tokens, preposition: 'TO' | 'FROM'): GrantRequest {
  tokens.expect('SELECT');
  const columns: string[] = [];
  if (tokens.skip('(')) {
    do columns.push(tokens.name('name of a column'));
    while (tokens.skip(','));
    tokens.expect(')');
  }
  tokens.expect('ON');
  const kind = tokens.skip('DATABASE') ? 'database' : tokens.skip('TABLE') ? 'table' : undefined;
  const database = tokens.name('name of the database');
  const table = tokens.skip('.') ? tokens.name('name of the table') : undefined;
  if (kind === 'table' && table === undefined) throw tokens.fail('a table is written database.table');
  if (columns.length > 0 && table === undefined) throw tokens.fail('columns are granted of a table: database.table');
  tokens.expect(preposition);
  const isRole = tokens.skip('ROLE');
  if (!isRole) tokens.skip('USER');
  const grantee = tokens.nameOrText('user or role');
  const named = granteeOf(grantee);
  if (isRole && named.role === undefined) throw tokens.fail(`there is no role "${grantee}"`, [], 'last');
  tokens.end();
  return {
    ...named,
    database,
    ...(table === undefined ? {} : { table }),
    ...(columns.length === 0 ? {} : { columns }),
    privilege: 'select',
  };
}
