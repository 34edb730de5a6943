/** UNMOUNT DATABASE: the gateway forgets a store, and the grants on it; the store stays as it is. */
import type { Administration } from '../admin/administration.ts';
import type { StatementKind } from './contract.ts';

export function unmountDatabase(administration: Administration): StatementKind {
  return {
    head: ['UNMOUNT', 'DATABASE'],
    syntax: 'UNMOUNT DATABASE name',
    read(tokens) {
      const name = tokens.name('name of the database');
      tokens.end();
      return {
        tag: 'UNMOUNT DATABASE',
        columns: null,
        run: async ({ principal }) => void (await administration.unmount(principal, name)),
      };
    },
  };
}
