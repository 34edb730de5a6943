/** Decides what the shadow catalog mirrors for a user: the databases and tables it sees, columns it may read, and when to look again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Mount } from '../catalog/contract.ts';
import type { Mounting } from '../catalog/mounting.ts';
import type { Principal } from '../query/contract.ts';
import type { VisibleCatalog } from '../session/postgres-wire/contract.ts';
import type { Access, VisibleDatabase, VisibleTable } from './user-catalog.ts';

/** Clients ask many statements in a row, and see one state in all of them. */
const LOOK_AGAIN_EVERY_MS = 5_000;
/** A store that takes longer is shown as it was known: what it tells later could change the catalog between two statements that belong together. */
const LOOK_WITHIN_MS = 3_000;

export function visibleCatalog(access: Access, mounting: Pick<Mounting, 'lookAgain'>): VisibleCatalog {
  return {
    version: (principal) => access.of(principal).key,
    async lookAgain(principal) {
      const looks = mountsThatAnswer(access, principal).map((mount) => mounting.lookAgain(mount, LOOK_AGAIN_EVERY_MS));
      const timer = new AbortController();
      // It rejects only when it is ended, below.
      const late = sleep(LOOK_WITHIN_MS, undefined, { signal: timer.signal }).catch(() => undefined);
      await Promise.race([Promise.all(looks), late]);
      timer.abort();
    },
    read: async (principal) =>
      [...access.of(principal).databases].map(([name, database]) => ({ name, tables: shownTables(database) })),
  };
}

/** One that failed is tried again by itself. */
function mountsThatAnswer(access: Access, principal: Principal): Mount[] {
  const visible = [...access.of(principal).databases.values()];
  return visible.flatMap(({ database: { mount } }) => (mount === undefined || mount.error !== null ? [] : [mount]));
}

/**
 * A table that has a plain name beside `schema.table` goes by that alone: Postgres' clients write a dot between two names, and would have to quote
 * the other one.
 */
function shownTables({ tables, aliases }: VisibleDatabase) {
  const plain = new Map([...aliases].map(([alias, visible]) => [visible, alias]));
  return [...tables.values()].map((visible) => shownTable(plain.get(visible) ?? visible.table.name, visible));
}

function shownTable(name: string, { table, planned }: VisibleTable) {
  const { kind, comment, rowEstimate } = table.definition;
  return {
    name,
    kind,
    columns: planned.columns,
    primaryKey: planned.primaryKey,
    comment: comment ?? null,
    rowEstimate,
  };
}
