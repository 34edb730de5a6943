/** Decides which kinds of source there are (a lazy map, so that a kind's code is loaded only where it is used) and how they are put together. */
import { randomUUID } from 'node:crypto';
import type { Bus } from '@rtdp/bus/bus';
import type { Registry } from '@rtdp/bus/registry';
import type { Health } from '@rtdp/service/health';
import type { Logger } from '@rtdp/service/logging';
import type { Knex } from '@rtdp/service/metadata';
import type { Metrics } from '@rtdp/service/metrics';
import type { SecretBox } from '@rtdp/service/secrets';
import { RtdpError } from '@rtdp/ums/error';
import type { RouteSurroundings } from './admin/surroundings.ts';
import { createEventStore } from './catalog/event-store.ts';
import { createRereadPositions } from './catalog/reread-positions.ts';
import { createSchemaVersionStore } from './catalog/schema-version-store.ts';
import { SourceLease } from './catalog/source-lease.ts';
import { SOURCE_STATES } from './catalog/source-states.ts';
import { createSourceStore } from './catalog/source-store.ts';
import { createTableStore } from './catalog/table-store.ts';
import { createTopicStore } from './catalog/topic-store.ts';
import { createSourceMetrics } from './health/source-metrics.ts';
import { createPullStore } from './pulls/pull-store.ts';
import type { SourceKind } from './sources/contract.ts';
import { Supervisor } from './supervisor.ts';

const SOURCE_KINDS: Readonly<Record<string, () => Promise<{ kind: SourceKind }>>> = {
  postgres: () => import('./sources/postgres/kind.ts'),
};

/** @throws RtdpError DBUS_SOURCE_KIND_INVALID naming the kinds there are */
export async function loadSourceKind(name: string): Promise<SourceKind> {
  const load = Object.hasOwn(SOURCE_KINDS, name) ? SOURCE_KINDS[name] : undefined;
  if (load !== undefined) return (await load()).kind;
  throw new RtdpError({
    code: 'DBUS_SOURCE_KIND_INVALID',
    message: `there is no source of kind ${name}`,
    next: `Use one of: ${Object.keys(SOURCE_KINDS).join(', ')}.`,
    facts: { kind: name, kinds: Object.keys(SOURCE_KINDS) },
  });
}

export interface SourceParts {
  database: Knex;
  secrets: SecretBox;
  bus: Bus;
  registry: Registry | null;
  logger: Logger;
  metrics: Metrics;
  health: Health;
  /** Of this process; part of every message's key. */
  instance: string;
}

/** The catalog over the metadata database and a supervisor of the sources in it, not yet started. */
export function assembleSources(parts: SourceParts): RouteSurroundings {
  const { database, bus, registry, logger, health, instance } = parts;
  const sources = createSourceStore(database, parts.secrets);
  const tables = createTableStore(database);
  const pulls = createPullStore(database);
  const schemaVersions = createSchemaVersionStore(database);
  const events = createEventStore(database);
  const topics = createTopicStore(database);
  const holder = `${instance} ${randomUUID()}`;
  const metrics = createSourceMetrics(parts.metrics, SOURCE_STATES);
  const supervisor = new Supervisor({
    store: sources,
    leaseOf: ({ id }) => new SourceLease(database, holder, id, logger),
    events,
    bus,
    health,
    metrics,
    logger,
    now: Date.now,
    loadKind: loadSourceKind,
    surround: (stored) => ({
      bus,
      registry,
      logger: logger.child({ source: stored.name }),
      metrics,
      tables,
      pulls,
      schemaVersions,
      events,
      rereadPositions: createRereadPositions(database, stored.organisationId, stored.id),
      instance,
      now: Date.now,
      slotMade: () => sources.slotMade(stored.id),
    }),
  });
  return {
    sources,
    tables,
    pulls,
    schemaVersions,
    events,
    topics,
    supervisor,
    bus,
    loadKind: loadSourceKind,
    now: Date.now,
  };
}
