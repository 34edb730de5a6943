/** CREATE DATABASE and DROP DATABASE: logical databases, which hold what is defined in the gateway itself. */
import type { Administration } from '../admin/administration.ts';
import { databaseNameSchema } from '../client/mounts.ts';
import type { StatementKind } from './contract.ts';

export function createDatabase(administration: Administration): StatementKind {
  return {
    head: ['CREATE', 'DATABASE'],
    syntax: 'CREATE DATABASE name',
    read(tokens) {
      const name = tokens.name('name of the database');
      const problem = databaseNameSchema.safeParse(name).error?.issues[0]?.message;
      if (problem !== undefined)
        throw tokens.fail(`"${name}" cannot be the name of a database: ${problem}`, [], 'last');
      tokens.end();
      return {
        tag: 'CREATE DATABASE',
        columns: null,
        run: async ({ principal }) => void (await administration.createDatabase(principal, name)),
      };
    },
  };
}

export function dropDatabase(administration: Administration): StatementKind {
  return {
    head: ['DROP', 'DATABASE'],
    syntax: 'DROP DATABASE name [CASCADE]',
    read(tokens) {
      const name = tokens.name('name of the database');
      const cascade = tokens.skip('CASCADE');
      if (!cascade) tokens.skip('RESTRICT');
      tokens.end();
      return {
        tag: 'DROP DATABASE',
        columns: null,
        run: async ({ principal }) => void (await administration.dropDatabase(principal, name, cascade)),
      };
    },
  };
}
