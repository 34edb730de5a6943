/** Decides what the routes work with: the stores, the supervisor and the bus, handed in by `main`. */
import type { Bus } from '@rtdp/bus/bus';
import { type Role, requireRole } from '@rtdp/identity/roles';
import { identityOf } from '@rtdp/service/http';
import type { FastifyRequest } from 'fastify';
import type { EventStore } from '../catalog/event-store.ts';
import type { SchemaVersionStore } from '../catalog/schema-version-store.ts';
import type { SourceStore } from '../catalog/source-store.ts';
import type { TableStore } from '../catalog/table-store.ts';
import type { TopicStore } from '../catalog/topic-store.ts';
import type { PullStore } from '../pulls/pull-store.ts';
import type { SourceKind } from '../sources/contract.ts';
import type { Supervisor } from '../supervisor.ts';

export interface RouteSurroundings {
  sources: SourceStore;
  tables: TableStore;
  pulls: PullStore;
  schemaVersions: SchemaVersionStore;
  events: EventStore;
  topics: TopicStore;
  supervisor: Supervisor;
  bus: Bus;
  loadKind: (name: string) => Promise<SourceKind>;
  now: () => number;
}

/** Who asks, once it is certain that they may. @throws RtdpError IDENTITY_FORBIDDEN */
export function allowed(request: FastifyRequest, role: Role): { organisationId: string; subject: string } {
  const identity = identityOf(request);
  requireRole(identity, role);
  return identity;
}
