/** Decides what the routes work with: the stores, the supervisor and the bus, handed in by `main`. */
import type { Bus } from '@rtdp/bus/bus';
import { FIRST_ORGANISATION_ID, hasRole, type Role, requireRole } from '@rtdp/identity/roles';
import { ORGANISATION_HEADER } from '@rtdp/service/client';
import { identityOf } from '@rtdp/service/http';
import { RtdpError } from '@rtdp/ums/error';
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

/** Those who run the platform. */
export function seesAll(request: FastifyRequest): boolean {
  const identity = identityOf(request);
  return identity.organisationId === FIRST_ORGANISATION_ID && hasRole(identity, 'admin');
}

/**
 * As `allowed`, in the name of the organisation that is asked for: Wormhole, which has the token of those who run the platform, has the tables
 * of a flow pulled as those whose flow it is might.
 * @throws RtdpError IDENTITY_FORBIDDEN, DBUS_ORGANISATION_FORBIDDEN
 */
export function allowedInNameOf(request: FastifyRequest, role: Role): { organisationId: string; subject: string } {
  const identity = allowed(request, role);
  const organisationId = request.headers[ORGANISATION_HEADER];
  if (organisationId === undefined || organisationId === identity.organisationId) return identity;
  if (typeof organisationId === 'string' && seesAll(request)) return { ...identity, organisationId };
  throw new RtdpError({
    code: 'DBUS_ORGANISATION_FORBIDDEN',
    message: 'only those who run the platform may ask in the name of another organisation',
    next: `Leave the header ${ORGANISATION_HEADER} out.`,
    facts: { organisationId },
  });
}
