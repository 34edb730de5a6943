/** Decides which parts Moonbox's health has: its metadata, its mounts, its views, its audit. */
import type { Health, PartHealth } from '@rtdp/service/health';
import type { Knex } from '@rtdp/service/metadata';
import type { Access } from '../access/user-catalog.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Audit } from '../query/audit.ts';

export interface WatchOptions {
  health: Health;
  database: Knex;
  gateway: { catalog: Catalog; access: Access; audit: Audit };
}

type Result = Omit<PartHealth, 'name'>;
const OK: Result = { status: 'ok', detail: '' };
/** That many wait only when nobody takes them. */
const AUDIT_BEHIND = 5_000;

export function watchHealth({ health, database, gateway }: WatchOptions): void {
  health.add('metadata', async () => {
    await database.raw('select 1');
    return OK;
  });
  health.add('mounts', () => mountsHealth(gateway.catalog));
  health.add('views', () => viewsHealth(gateway));
  health.add('audit', () =>
    gateway.audit.waiting < AUDIT_BEHIND
      ? OK
      : { status: 'degraded', detail: `${gateway.audit.waiting} statements wait to be written; see the log for why.` },
  );
}

function mountsHealth(catalog: Catalog): Result {
  const mounts = catalog.mounts();
  const failing = mounts.filter(({ error }) => error !== null).length;
  if (failing === 0) return OK;
  // Anybody may ask, of any organisation or none: which they are, and why, is on the mounts, for those who see them.
  return { status: 'degraded', detail: `${failing} of ${mounts.length} mounts cannot be read; each says why.` };
}

function viewsHealth({ catalog, access }: WatchOptions['gateway']): Result {
  const views = catalog.views();
  const broken = views.filter((view) => access.problemOf(view) !== null).length;
  if (broken === 0) return OK;
  return { status: 'degraded', detail: `${broken} of ${views.length} views cannot be read; each says why.` };
}
